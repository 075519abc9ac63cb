use wechat_login_domain::{
    EncryptedData, Error,
    ports::{SessionKeyState, SessionKeys, WeChatError},
};
use wechat_login_testkit::{
    fake::encrypt,
    sample::{alice, bob, session_key, shop_mini, shop_web},
};

use crate::world::{World, at_website, key};

#[tokio::test(start_paused = true)]
async fn a_backend_of_the_app_decrypts_with_the_keys_of_the_session() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    let data = world.phone_data(1, &key());
    let decrypt = world.decrypt();
    let (mini, web) = ([shop_mini().name], [shop_web().name]);
    for visible in [None, Some(mini.as_slice())] {
        let plain = decrypt.run(&who, &data, visible).await.unwrap();
        assert_eq!(plain["countryCode"], "86");
    }
    for visible in [[].as_slice(), &web] {
        let refused = decrypt.run(&who, &data, Some(visible)).await;
        assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    }
    // The key before the last login's is good for ten minutes.
    world.log_in(alice(), session_key(2)).await;
    assert!(decrypt.run(&who, &data, None).await.is_ok());
    let Err(Error::InvalidRequest(faults)) = decrypt.run(&at_website(&who), &data, None).await else {
        panic!("a website's session has no key that could be renewed")
    };
    assert_eq!(faults[0].pointer, "/token");
    let refused = decrypt.run(&at_website(&who), &data, Some(&mini)).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    let others = world.log_in(bob(), session_key(3)).await;
    let refused = decrypt.run(&others, &data, None).await;
    assert!(matches!(refused, Err(Error::SessionKeyStale)), "{refused:?}");
}

/// What is told of a failure is the same for all, so that nobody learns how far they came.
#[tokio::test(start_paused = true)]
async fn ten_thousand_mutations_have_one_answer() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    let decrypt = world.decrypt();
    let good = encrypt(&key(), &world.phone_json(1, &shop_web()));
    let (bytes, iv) = (good.ciphertext().to_vec(), STANDARD.encode(good.iv()));
    let mut answers = std::collections::BTreeSet::new();
    for n in 0..10_000_usize {
        let mut mutated = bytes.clone();
        let at = n % mutated.len();
        mutated[at] ^= u8::try_from(1 + n / mutated.len() % 255).unwrap();
        let mutated = EncryptedData::parse(&STANDARD.encode(&mutated), &iv).unwrap();
        let refused = decrypt.run(&who, &mutated, None).await.unwrap_err();
        answers.insert(format!("{refused:?} {refused} {}", refused.code()));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn wechat_says_whether_the_key_is_good_and_no_key_is_stale() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    let about = key();
    for state in [SessionKeyState::Valid, SessionKeyState::Stale] {
        world.wechat.session_keys.answers(about.expose(), [Ok(state)]);
        assert_eq!(world.check(&who).await.unwrap(), state);
    }
    world
        .wechat
        .session_keys
        .answers(about.expose(), [Err(WeChatError::Unavailable)]);
    let unknown = world.check(&who).await;
    assert!(matches!(unknown, Err(Error::WeChatUnavailable)), "{unknown:?}");
    let elsewhere = world.check(&at_website(&who)).await;
    assert!(
        matches!(elsewhere, Err(Error::InvalidRequest(_))),
        "{elsewhere:?}"
    );

    let (app, asked) = (shop_mini(), world.wechat.calls().len());
    let openid = alice().openid(&app);
    world.session_keys.remove(&app.app_id, &openid).await.unwrap();
    assert_eq!(world.check(&who).await.unwrap(), SessionKeyState::Stale);
    assert_eq!(
        world.wechat.calls().len(),
        asked,
        "there was nothing to ask about"
    );
}
