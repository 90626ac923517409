/** An account that the page offers to sign in with; its password is sent to every reader of the page. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  /** What the list shows, e.g. `Olena (tutor)`. */
  readonly label: string;
}
