/** Browser script: `createSignInBar(form, session, demoAccounts)` brings the bar above GraphiQL to life. */
export const signInBarScript = `
const createSignInBar = (form, session, demoAccounts) => {
  const { account, email, password, signOut, status } = form.elements;
  const submit = form.querySelector('[type=submit]');

  demoAccounts.forEach((demo, index) => account.add(new Option(demo.label, String(index))));
  account.add(new Option('Another account…', ''));
  account.hidden = demoAccounts.length === 0;
  const chooseAccount = () => {
    const typed = account.value === '';
    form.classList.toggle('typed', typed);
    email.required = typed;
    password.required = typed;
  };
  account.onchange = () => {
    chooseAccount();
    if (account.value === '') email.focus();
  };
  chooseAccount();

  const say = (text, failed) => {
    status.value = text;
    form.classList.toggle('failed', Boolean(failed));
  };
  session.onChange((user, notice) => {
    form.classList.toggle('authenticated', Boolean(user));
    if (user) say('Signed in as ' + user.displayName + ', ' + user.role.toLowerCase());
    else say(notice || 'Not signed in', notice);
  });

  const attempt = async (button, work) => {
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      say(error.message, true);
    } finally {
      button.disabled = false;
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = demoAccounts[account.value] || { email: email.value, password: password.value };
    void attempt(submit, async () => {
      await session.signIn(chosen.email, chosen.password);
      password.value = '';
    });
  };
  signOut.onclick = () => void attempt(signOut, () => session.signOut());
};
`;
