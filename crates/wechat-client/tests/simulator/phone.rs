//! Phone numbers by code.

use serde_json::json;
use wechat_login_domain::ports::WeChatError;

use crate::world::{OTHER, PERSONAL, SHOP, World};

pub(crate) async fn a_number_comes_with_its_country(world: &World) {
    for (person, phone, e164) in [
        ("张三", "13800138000", "+8613800138000"),
        ("hong", "+85261234567", "+85261234567"),
        ("ann", "+12025550123", "+12025550123"),
    ] {
        world
            .post("/simulator/people", &json!({"name": person, "phone": phone}))
            .await;
        let openid = world.openid(SHOP, person).await;
        let code = world.code_of_kind(SHOP, person, "phone").await;
        let number = world.phone_number(SHOP, &code, &openid).await.unwrap();
        assert_eq!(number.expose(), e164);
    }
}

pub(crate) async fn a_phone_code_is_good_once_for_its_person(world: &World) {
    let code = world.code_of_kind(SHOP, "张三", "phone").await;
    let (own, other) = (world.openid(SHOP, "张三").await, world.openid(SHOP, "李四").await);
    let rejected = Err(WeChatError::CodeRejected);
    assert_eq!(
        world.phone_number(SHOP, &code, &other).await,
        rejected,
        "another's"
    );
    assert!(world.phone_number(SHOP, &code, &own).await.is_ok());
    assert_eq!(world.phone_number(SHOP, &code, &own).await, rejected, "used");
    let late = world.code_of_kind(SHOP, "张三", "phone").await;
    world.advance("5m").await;
    assert_eq!(world.phone_number(SHOP, &late, &own).await, rejected, "expired");
}

pub(crate) async fn a_login_code_is_no_phone_code(world: &World) {
    let openid = world.openid(SHOP, "张三").await;
    let login = world.code(SHOP, "张三").await;
    let answer = world.phone_number(SHOP, &login, &openid).await;
    assert_eq!(answer, Err(WeChatError::CodeRejected));
    assert!(world.exchange(SHOP, &login).await.is_ok(), "it is not spent");
    let phone = world.code_of_kind(SHOP, "张三", "phone").await;
    assert_eq!(world.exchange(SHOP, &phone).await, Err(WeChatError::CodeRejected));
}

pub(crate) async fn an_app_that_may_not_ask_for_numbers_is_misconfigured(world: &World) {
    for (app_id, errcode) in [(PERSONAL, 48001), (OTHER, 40013)] {
        let code = world.code_of_kind(SHOP, "张三", "phone").await;
        let openid = world.openid(app_id, "张三").await;
        let answer = world.phone_number(app_id, &code, &openid).await;
        assert_eq!(answer, Err(WeChatError::Misconfigured { errcode }));
    }
}
