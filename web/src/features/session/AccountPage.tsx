import { Page } from "../../components/Page";
import { AccountSections } from "./AccountSections";

/** The own account of the launch team. */
export function AccountPage() {
  return (
    <Page title="Account" size="sm">
      <AccountSections />
    </Page>
  );
}
