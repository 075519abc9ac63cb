//! The doors of websites, mobile apps and pages inside WeChat.

use serde_json::json;
use wechat_login_domain::ports::WeChatError;

use crate::world::{MOBILE, SHOP, WEB, World};

pub(crate) async fn one_person_is_one_unionid_behind_every_door(world: &World) {
    let known = world.post("/simulator/people", &json!({"name": "张三"})).await;
    let code = world.code(SHOP, "张三").await;
    let unionid = world.exchange(SHOP, &code).await.unwrap().unionid;
    assert_eq!(unionid.as_ref().unwrap().as_str(), known["unionids"]["default"]);
    for app_id in [WEB, MOBILE, "wxdec0000000000004"] {
        let who = world.signed_in(app_id, "张三").await;
        assert_eq!(who.openid.as_str(), known["openids"][app_id]);
        assert_eq!((&who.unionid, who.is_snapshot_user), (&unionid, false));
        assert_eq!(world.user_info(app_id, &who).await.unwrap().unionid, unionid);
    }
}

pub(crate) async fn a_nickname_arrives_as_it_is(world: &World) {
    world
        .post(
            "/simulator/people",
            &json!({"name": "bird", "nickname": "飞翔的企鹅🐧/\\\""}),
        )
        .await;
    for (person, nickname) in [("张三", "张三"), ("bird", "飞翔的企鹅🐧/\\\"")] {
        let who = world.signed_in(WEB, person).await;
        let told = world.user_info(WEB, &who).await.unwrap();
        assert_eq!(told.openid, who.openid);
        assert_eq!(told.profile.nickname.as_deref(), Some(nickname));
        let avatar = told.profile.avatar_url.unwrap();
        assert!(
            avatar.starts_with("https://thirdwx.qlogo.cn/mmopen/vi_32/"),
            "{avatar}"
        );
    }
}

pub(crate) async fn an_oauth_code_is_good_once_for_its_app_and_ten_minutes(world: &World) {
    let code = world.code(WEB, "张三").await;
    assert_eq!(
        world.exchange_oauth(MOBILE, &code).await,
        Err(WeChatError::CodeRejected)
    );
    assert!(world.exchange_oauth(WEB, &code).await.is_ok());
    assert_eq!(
        world.exchange_oauth(WEB, &code).await,
        Err(WeChatError::CodeRejected)
    );
    let of_mini = world.code(SHOP, "张三").await;
    assert_eq!(
        world.exchange_oauth(WEB, &of_mini).await,
        Err(WeChatError::CodeRejected)
    );
    let late = world.code(WEB, "张三").await;
    world.advance("10m").await;
    assert_eq!(
        world.exchange_oauth(WEB, &late).await,
        Err(WeChatError::CodeRejected)
    );
}

pub(crate) async fn a_person_whom_wechat_blocks_is_told_so(world: &World) {
    world
        .post("/simulator/people", &json!({"name": "mallory", "blocked": true}))
        .await;
    let code = world.code(WEB, "mallory").await;
    assert_eq!(
        world.exchange_oauth(WEB, &code).await,
        Err(WeChatError::LoginBlocked)
    );
    let code = world.code(SHOP, "mallory").await;
    assert_eq!(world.exchange(SHOP, &code).await, Err(WeChatError::LoginBlocked));
}

pub(crate) async fn a_token_that_ended_early_needs_a_new_code(world: &World) {
    let who = world.signed_in(WEB, "张三").await;
    world
        .next_fails("/sns/userinfo", &json!({"kind": "token_revoked"}))
        .await;
    for _ in 0..2 {
        assert_eq!(world.user_info(WEB, &who).await, Err(WeChatError::CodeRejected));
    }
    let who = world.signed_in(WEB, "张三").await;
    world.advance("2h").await;
    assert_eq!(
        world.user_info(WEB, &who).await,
        Err(WeChatError::CodeRejected),
        "expired"
    );
    let mut mixed = world.signed_in(WEB, "张三").await;
    mixed.openid = world.openid(WEB, "李四").await;
    assert_eq!(
        world.user_info(WEB, &mixed).await,
        Err(WeChatError::CodeRejected),
        "another's"
    );
}

pub(crate) async fn a_person_whom_wechat_made_up_is_marked(world: &World) {
    world
        .next_fails("/sns/oauth2/access_token", &json!({"kind": "snapshot_user"}))
        .await;
    assert!(world.signed_in(WEB, "张三").await.is_snapshot_user);
}
