//! What `open.weixin.qq.com` shows to people, and the phone that they answer it with.

mod answer;
mod authorize;
mod confirm;
mod form;
mod phone;
mod picker;
mod poll;
mod qrconnect;
mod query;
mod refused;
mod words;

use actix_web::web::{self, ServiceConfig};

use crate::page::file;

pub(crate) use confirm::uuid_in;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/connect/qrconnect", web::get().to(qrconnect::show))
        .route("/connect/qrcode/{uuid}", web::get().to(qrconnect::image))
        .route("/connect/l/qrconnect", web::get().to(poll::answer))
        .service(
            web::resource("/connect/confirm")
                .route(web::get().to(confirm::show))
                .route(web::post().to(confirm::act)),
        )
        .service(
            web::resource("/connect/oauth2/authorize")
                .route(web::get().to(authorize::show))
                .route(web::post().to(authorize::act)),
        )
        .service(
            web::resource("/simulator/phone")
                .route(web::get().to(phone::show))
                .route(web::post().to(phone::act)),
        )
        .route(
            "/simulator/connect.css",
            file("text/css; charset=utf-8", include_str!("connect.css")),
        )
        .route(
            "/simulator/qrconnect.js",
            file("text/javascript; charset=utf-8", include_str!("qrconnect.js")),
        );
}
