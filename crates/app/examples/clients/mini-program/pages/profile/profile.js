const { login } = getApp();

const say = (failure) => wx.showToast({ icon: 'none', title: failure.user_message || '网络不给力，请稍后再试' });

Page({
  data: { user: null },

  onLoad() {
    this.change(login.request({ url: '/v1/me' }));
  },

  // WeChat gives the picture as a file on this phone: store it where you store pictures, and tell its address.
  onChooseAvatar({ detail: { avatarUrl } }) {
    this.change(upload(avatarUrl).then((avatar_url) => edit({ avatar_url })));
  },

  // From a form, since WeChat may still refuse a nickname while it is being typed.
  onSubmit({ detail: { value } }) {
    this.change(edit({ nickname: value.nickname }));
  },

  onGetPhoneNumber({ detail: { code } }) {
    if (code) this.change(login.request({ url: '/v1/me/phone', method: 'POST', data: { code } }));
  },

  onLogOut() {
    login.logOut().then(() => this.setData({ user: null }), say);
  },

  onLogIn() {
    this.change(login.logIn().then(({ user }) => user));
  },

  change(user) {
    user.then((user) => this.setData({ user }), say);
  },
});

// wx.request knows no PATCH.
const edit = (data) => login.request({ url: '/v1/me', method: 'POST', data });

const upload = (filePath) =>
  new Promise((resolve, reject) =>
    wx.uploadFile({
      url: 'https://api.example.com/avatars',
      name: 'file',
      filePath,
      success: ({ data }) => resolve(JSON.parse(data).url),
      fail: reject,
    }),
  );
