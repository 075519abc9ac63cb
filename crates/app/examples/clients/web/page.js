import { host, loginUrl, logOut, user } from './login.js';

const at = (id) => document.getElementById(id);

async function show() {
  const member = await user();
  at('member').hidden = !member;
  at('visitor').hidden = Boolean(member);
  if (member) at('nickname').textContent = member.nickname || '微信用户';
}

const tell = (failure) => (at('failure').textContent = failure.message);

at('log-in').href = loginUrl();
at('account').href = `${host}/account`;
at('log-out').addEventListener('click', () => logOut().then(show).catch(tell));
show().catch(tell);
