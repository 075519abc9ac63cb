'use strict';

// The simulator under test: its control API, and a person with a phone.

const address = process.env.WECHAT_SIMULATOR_URL;
if (!address) {
  throw new Error(
    'WECHAT_SIMULATOR_URL is not set. Start `wechat-login simulator` and set it to the address that it prints.',
  );
}
const url = address.replace(/\/+$/, '');

// Where the website has its visitors sent back.
const callback = 'http://127.0.0.1:8080/v1/login/web/callback';

async function text(path, body) {
  const options = body && { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(url + path, options);
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${said}`);
  return said;
}

// Calls `/simulator/PATH`: with a body it posts.
const control = async (path, body) => JSON.parse(await text(`/simulator/${path}`, body));

// An app of the simulator, by its name.
const app = async (name) => (await control('apps')).find((each) => each.name === name);

// A person of the simulator, with all their openids and unionids.
const person = async (name = '张三') => (await control('people')).find((each) => each.name === name);

// A code as the person's device would get it.
async function code(appName, kind = 'login') {
  return (await control('codes', { app_id: appName, person: '张三', kind })).code;
}

// A good code, of an app of the same kind that is not ours.
const foreignCode = async (channel) => code((await control('apps', { channel })).app_id);

// What `wx.getUserInfo` gives a mini-program.
const userInfo = (appName) => control('user-info', { app_id: appName, person: '张三' });

// Opens a website's QR page, scans and allows with the person's phone: the parameters that the website is sent.
// The page is asked for at the simulator whichever host the SDK has put into its URL.
async function scan(authorizeUrl) {
  const asked = new URL(authorizeUrl);
  const page = await text(asked.pathname + asked.search);
  const uuid = page.match(/\/connect\/qrcode\/([\w-]+)/)?.[1];
  if (!uuid) throw new Error(`${authorizeUrl} shows no QR code: ${page}`);
  for (const action of ['scan', 'allow']) await control('scan', { uuid, person: '张三', action });
  const polled = (await text(`/connect/l/qrconnect?uuid=${uuid}&last=404&f=url`)).trim();
  const confirmed = polled.match(
    /^window\.wx_errcode=405;window\.wx_code='(\w+)';window\.wx_redirecturl='([^']*)';$/,
  );
  if (!confirmed) throw new Error(`张三 has allowed, and the page learns: ${polled}`);
  const [, code, address] = confirmed;
  const [sentTo, query] = address.split('?');
  const sent = Object.fromEntries(new URLSearchParams(query));
  if (sentTo !== callback || sent.code !== code) throw new Error(`张三 is sent elsewhere: ${polled}`);
  return sent;
}

module.exports = { url, callback, app, person, code, foreignCode, userInfo, scan };
