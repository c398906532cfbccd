import { Page } from "../../components/Page";
import { AccountSections } from "./AccountSections";

/** The account page of the staff. */
export function AccountPage() {
  return (
    <Page title="Account" size="sm">
      <AccountSections />
    </Page>
  );
}
