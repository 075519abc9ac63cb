// Signing in with wechat-login from uni-app: mini-program, app and H5 from one file. Copy it, and set HOSTS.
// request() carries the token and signs in when that is needed; logIn() and logOut() are for buttons.

const HOSTS = {
  develop: 'http://127.0.0.1:8080',
  trial: 'https://login.test.example.com',
  release: 'https://login.example.com',
};
const TOKEN = 'wechat_login_token';
// What is kept instead of a token after signing out, so that nothing signs in by itself.
const SIGNED_OUT = 'signed out';

let version = process.env.NODE_ENV === 'development' ? 'develop' : 'release';
// #ifdef MP-WEIXIN
version = uni.getAccountInfoSync().miniProgram.envVersion;
// #endif
const host = HOSTS[version];

const isOk = ({ statusCode }) => statusCode >= 200 && statusCode < 300;

const send = (options) =>
  new Promise((success, fail) => {
    uni.request({ timeout: 6000, ...options, success, fail });
  });

const absolute = (options) => ({ ...options, url: options.url[0] === '/' ? host + options.url : options.url });

// #ifdef MP-WEIXIN || APP-PLUS
// #ifdef MP-WEIXIN
const door = 'mini-program';
// #endif
// #ifdef APP-PLUS
const door = 'mobile-app';
// #endif

// `onlyAuthorize` leaves the app's secret with wechat-login: uni-app would otherwise ask for it in the package.
const newCode = () =>
  new Promise((resolve, reject) => {
    uni.login({ provider: 'weixin', onlyAuthorize: true, success: ({ code }) => resolve(code), fail: reject });
  });

async function exchange(code) {
  const { deviceId, deviceModel, osName } = uni.getSystemInfoSync();
  const request = {
    url: `${host}/v1/login/${door}`,
    method: 'POST',
    data: { code, client: { device_id: deviceId, device_name: deviceModel, os: osName } },
    // A code works once. Under the same key an answer that got lost on its way can be asked for again.
    header: { 'Idempotency-Key': `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}` },
  };
  return send(request).catch(() => send(request));
}

async function signIn() {
  let answer = await exchange(await newCode());
  if (answer.data.retry === 'new_code') answer = await exchange(await newCode());
  if (!isOk(answer)) throw answer.data;
  uni.setStorageSync(TOKEN, answer.data.token);
  return answer.data;
}

let underWay = null;

// Signs in and keeps the token. Whoever asks while a login is under way waits for the same one.
export function logIn() {
  if (!underWay) {
    const done = () => (underWay = null);
    underWay = signIn();
    underWay.then(done, done);
  }
  return underWay;
}

const withToken = (options, token) =>
  send({ ...options, header: { ...options.header, Authorization: `Bearer ${token}` } });

async function currentToken() {
  const token = uni.getStorageSync(TOKEN);
  if (token === SIGNED_OUT) throw { code: 'unauthenticated', user_message: '请先登录' };
  return token || (await logIn()).token;
}

// Unless another request has got a new one meanwhile.
function replace(token, by) {
  if (uni.getStorageSync(TOKEN) === token) uni.setStorageSync(TOKEN, by);
}

export async function request(options) {
  const token = await currentToken();
  let answer = await withToken(absolute(options), token);
  if (answer.statusCode === 401) {
    // Whoever was signed out, from another device or by an operator, signs in again by a tap: logIn().
    const isSignedOut = answer.data && answer.data.code === 'session_revoked';
    replace(token, isSignedOut ? SIGNED_OUT : '');
    if (!isSignedOut) answer = await withToken(absolute(options), await currentToken());
  }
  if (!isOk(answer)) throw answer.data;
  return answer.data;
}

export async function logOut() {
  const token = uni.getStorageSync(TOKEN);
  if (!token || token === SIGNED_OUT) return;
  const answer = await withToken({ url: `${host}/v1/session`, method: 'DELETE' }, token);
  // 401: it was over already. Anything else, and the session may still be good.
  if (!isOk(answer) && answer.statusCode !== 401) throw answer.data;
  replace(token, SIGNED_OUT);
}
// #endif

// #ifdef H5
// A browser has a cookie instead of a token, and signs in on wechat-login's own pages: inside WeChat with a tap,
// elsewhere with a QR code. This site's address stands in `web.allowed_origins` and `web.allowed_return_urls`.
export function logIn() {
  location.assign(`${host}/v1/login?return_to=${encodeURIComponent(location.href)}`);
  return new Promise(() => {});
}

export async function request(options) {
  const answer = await send({ ...absolute(options), withCredentials: true });
  if (answer.statusCode === 401) return logIn();
  if (!isOk(answer)) throw answer.data;
  return answer.data;
}

export async function logOut() {
  const answer = await send({ url: `${host}/v1/session`, method: 'DELETE', withCredentials: true });
  if (!isOk(answer) && answer.statusCode !== 401) throw answer.data;
}
// #endif
