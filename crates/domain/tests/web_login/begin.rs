use wechat_login_domain::{
    Channel, Error,
    use_case::{BegunWebLogin, WebLoginRequest},
};

use crate::world::{World, web};

async fn begin(request: WebLoginRequest) -> (World, Result<BegunWebLogin, Error>) {
    let world = World::default();
    let begun = world.begin(&request).await;
    (world, begun)
}

#[tokio::test]
async fn a_website_sends_its_people_to_the_qr_code() {
    let (world, begun) = begin(web()).await;
    let begun = begun.unwrap();
    let state = begun.state.expose();
    assert_eq!(
        begun.authorize_url,
        format!(
            "https://open.weixin.qq.com/connect/qrconnect?appid={}\
             &redirect_uri=https%3A%2F%2Flogin.example.com%2Fv1%2Flogin%2Fweb%2Fcallback\
             &response_type=code&scope=snsapi_login&state={state}#wechat_redirect",
            begun.app_id
        )
    );
    assert_eq!(world.pending_logins.len(), 1);
    assert_ne!(
        begun.browser.digest().as_bytes(),
        begun.browser.expose().as_bytes()
    );
}

#[tokio::test]
async fn an_official_account_sends_its_people_to_the_consent_page() {
    for (is_silent, scope) in [(false, "snsapi_userinfo"), (true, "snsapi_base")] {
        let request = WebLoginRequest {
            channel: Channel::OfficialAccount,
            app: None,
            is_silent,
            ..web()
        };
        let (_, begun) = begin(request).await;
        let begun = begun.unwrap();
        assert_eq!(begun.scope, scope);
        let page = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=";
        assert!(begun.authorize_url.starts_with(page), "{}", begun.authorize_url);
        let callback = "https://login.example.com/v1/login/official-account/callback";
        assert_eq!(begun.redirect_uri, callback);
    }
}

#[tokio::test]
async fn a_website_has_no_silent_login() {
    let request = WebLoginRequest {
        is_silent: true,
        ..web()
    };
    let (_, begun) = begin(request).await;
    assert_eq!(begun.unwrap().scope, "snsapi_login");
}

#[tokio::test]
async fn every_login_has_a_state_and_a_secret_of_its_own() {
    let world = World::default();
    let one = world.begin(&web()).await.unwrap();
    let two = world.begin(&web()).await.unwrap();
    assert_ne!(one.state, two.state);
    assert_ne!(one.browser.expose(), two.browser.expose());
}

#[tokio::test]
async fn a_front_ends_page_is_called_back_where_it_is_the_apps() {
    let at = |uri: &str| WebLoginRequest {
        redirect_uri: Some(uri.to_owned()),
        ..web()
    };
    let (_, begun) = begin(at("https://shop.example.com/wechat")).await;
    assert_eq!(begun.unwrap().redirect_uri, "https://shop.example.com/wechat");
    let (world, refused) = begin(at("https://shop.example.com/wechat/")).await;
    assert!(matches!(refused, Err(Error::InvalidRequest(_))), "{refused:?}");
    assert!(world.pending_logins.is_empty());
}

#[tokio::test]
async fn what_cannot_be_meant_is_not_remembered() {
    let unknown = WebLoginRequest {
        app: Some("nobody".to_owned()),
        ..web()
    };
    let (world, refused) = begin(unknown).await;
    assert!(matches!(refused, Err(Error::AppUnknown)), "{refused:?}");
    assert!(world.pending_logins.is_empty());
    let elsewhere = WebLoginRequest {
        return_to: Some("//evil.example".to_owned()),
        ..web()
    };
    let (world, refused) = begin(elsewhere).await;
    assert!(matches!(refused, Err(Error::ReturnToNotAllowed)), "{refused:?}");
    assert!(world.pending_logins.is_empty());
}

#[tokio::test]
async fn a_store_that_does_not_answer_sends_nobody_away() {
    let world = World::default();
    world.pending_logins.outage.begin();
    let failed = world.begin(&web()).await;
    assert!(
        matches!(failed, Err(Error::DependencyUnavailable(_))),
        "{failed:?}"
    );
}
