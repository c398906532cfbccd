"""What tests share: servers, processes, dialects, reports."""
