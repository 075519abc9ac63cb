"use strict";
// WeChat came back inside the frame: out of it, to the same address. Only the window as a whole brings its cookies along everywhere.
window.top.location.replace(location.href);
