// Signing in with wechat-login from a web page on a host of your own: copy this file, and set the address.
// The session is an HttpOnly cookie, which no script can read or lose. For this the page's origin stands in
// `web.allowed_origins`, its address in `web.allowed_return_urls`, and both hosts are below `web.cookie_domain`.

export const host = 'https://login.example.com';

// Where to send somebody who is to sign in: inside WeChat that takes a tap, elsewhere a QR code.
export const loginUrl = (returnTo = location.href) => `${host}/v1/login?return_to=${encodeURIComponent(returnTo)}`;

// The user, or null where nobody is signed in.
export async function user() {
  const answer = await call('/v1/me');
  return answer.status === 401 ? null : data(answer);
}

export async function logOut() {
  const answer = await call('/v1/session', { method: 'DELETE' });
  if (answer.status !== 401) await data(answer);
}

const call = (path, options) => fetch(host + path, { credentials: 'include', ...options });

async function data(answer) {
  if (answer.status === 204) return null;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.user_message);
  return body;
}
