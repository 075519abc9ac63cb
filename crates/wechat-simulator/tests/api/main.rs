//! The simulator from outside, over a real socket.

#[cfg(test)]
mod app_token;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod control;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod jscode2session;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod page;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod qr_login;
#[cfg(test)]
mod server;
#[cfg(test)]
mod user_info;
#[cfg(test)]
mod wechat;
#[cfg(test)]
mod wxa;
