"""The GraphQL documents of `launch incidents`."""

_ROW = "id number severity status title occurrences createdAt acknowledgedAt resolvedAt"
_EPISODE = "currentEpisode { number beganAt }"
_SUBJECT = "subject { ... on FeatureFlag { key } ... on LaunchPhase { key } }"
_TAKER = "acknowledgedBy { ... on User { email } ... on ApiToken { name } }"

LIST = f"""
query Incidents($after: String, $status: [IncidentStatus!], $severity: [Severity!]) {{
  incidents(first: 100, after: $after, status: $status, severity: $severity) {{
    nodes {{ {_ROW} {_EPISODE} {_TAKER} assignee {{ email }} phase {{ key }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
FIND = f"""
query Incident($number: Int!) {{
  incidents(first: 1, status: null, number: $number) {{ nodes {{ {_ROW} }} }}
}}
"""
SHOW = f"""
query Show($number: Int!) {{
  incidents(first: 1, status: null, number: $number) {{
    nodes {{
      {_ROW} {_EPISODE} {_TAKER} type description userImpact resolutionNotes version
      assignee {{ email }} phase {{ key }} affectedFeatures {{ key enabled rolloutPercentage }}
      suspects {{ score why confirmedCause change {{ id at action revertible {_SUBJECT} }} }}
      timeline(first: 100) {{
        nodes {{ at summary ... on IncidentEvent {{ note }} }} pageInfo {{ hasNextPage }}
      }}
    }}
  }}
}}
"""
REPORT = """
query Report($number: Int!) {
  incidents(first: 1, status: null, number: $number) { nodes { report } }
}
"""
SUSPECTS = f"""
query Suspects($number: Int!) {{
  incidents(first: 1, status: null, number: $number) {{
    nodes {{ suspects(limit: 20) {{ why change {{ id at action revertible {_SUBJECT} }} }} }}
  }}
}}
"""
_PAYLOAD = f"{{ incident {{ {_ROW} }} errors {{ message }} }}"
TAKE = f"""
mutation Take($id: ID!, $note: String) {{ acknowledgeIncident(id: $id, note: $note) {_PAYLOAD} }}
"""
RESOLVE = f"""
mutation Resolve($id: ID!, $notes: String!) {{
  resolveIncident(id: $id, resolutionNotes: $notes) {_PAYLOAD}
}}
"""
REOPEN = f"""
mutation Reopen($id: ID!, $note: String) {{ reopenIncident(id: $id, note: $note) {_PAYLOAD} }}
"""
CLOSE = f"mutation Close($id: ID!) {{ closeIncident(id: $id) {_PAYLOAD} }}"
REVERT = """
mutation Revert($id: ID!, $reason: String!) {
  revertChange(changeId: $id, reason: $reason) {
    flag { key enabled rolloutPercentage version } errors { message }
  }
}
"""
ALL = (LIST, FIND, SHOW, REPORT, SUSPECTS, TAKE, RESOLVE, REOPEN, CLOSE, REVERT)
