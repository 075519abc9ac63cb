//! `wechat-login`: see the library's documentation.

use std::process::ExitCode;

use clap::Parser;
use wechat_login::command::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse().run().await
}
