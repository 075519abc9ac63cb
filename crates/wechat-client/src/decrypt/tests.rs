//! The vectors of other WeChat SDKs' test suites, and what must not open.

use aes::cipher::BlockModeEncrypt;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::Encryptor;
use cbc::cipher::block_padding::Pkcs7;
use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use wechat_login_domain::{AppId, OpenId};

use super::*;

/// WeChat's own sample.
const OFFICIAL_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const OFFICIAL_IV: &str = "r7BXXKkLb8qrSNn05n0qiA==";
const OFFICIAL_DATA: &str = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVb\
    JSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COx\
    Fvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4\
    ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwT\
    yrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5\
    oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==";
const OFFICIAL_TEXT: &str = r#"{"openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/aSKcBBPpibyKNicHNTMM0qJVh8Kjgiak2AHWr8MHM4WgMEm7GFhsf8OYrySdbvAMvTsw3mo8ibKicsnfN5pRjl1p8HQ/0","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA","watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}}"#;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const IV: &str = "EBESExQVFhcYGRobHB0eHw==";
const PHONE_DATA: &str = "aLhedzo+Z6es5zW+YHo9susiHnaEYeAkbZXA6vB3xXwsEHApbzM53NsvIVPS8sbzE9Tu3cKoosCIaJ9ReH9c7q8xI4AFlJ8HTHrr\
    dVC0WzSFVEG+Q/SUBzVOfvRAiCzg9pRwA0o1X/SBOShf2kiL8wNfdlkWY+I9rsvJLhx38KMuKKT/eXb9VaR4QFyKtt80/IjKxUoZ\
    r1C2aiPr9gug7g==";
const PHONE_TEXT: &str = r#"{"phoneNumber":"13800138000","purePhoneNumber":"13800138000","countryCode":"86","watermark":{"timestamp":1700000000,"appid":"wx0000000000000001"}}"#;

/// The bytes that come out, and none where the padding is wrong.
fn bytes(key: &str, iv: &str, data: &str) -> Option<Vec<u8>> {
    let key = SessionKey::parse(key).unwrap();
    let (text, is_padded_right) = plaintext(&key, &EncryptedData::parse(data, iv).unwrap());
    bool::from(is_padded_right).then_some(text)
}

fn opens(key: &str, iv: &str, data: &str) -> bool {
    let key = SessionKey::parse(key).unwrap();
    EncryptedData::parse(data, iv).is_ok_and(|data| decrypt(&key, &data).is_ok())
}

/// Encrypts whole blocks, padded by the caller in whatever way.
fn encrypt_blocks(blocks: &[u8]) -> String {
    let key = SessionKey::parse(KEY).unwrap().expose_bytes();
    let iv: [u8; 16] = STANDARD.decode(IV).unwrap().try_into().unwrap();
    let cipher = Encryptor::<Aes128>::new(&key.into(), &iv.into());
    STANDARD.encode(cipher.encrypt_padded_vec::<NoPadding>(blocks))
}

fn encrypt(text: &[u8]) -> String {
    let key = SessionKey::parse(KEY).unwrap().expose_bytes();
    let iv: [u8; 16] = STANDARD.decode(IV).unwrap().try_into().unwrap();
    let cipher = Encryptor::<Aes128>::new(&key.into(), &iv.into());
    STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn verified(
    key: &str,
    iv: &str,
    data: &str,
    app_id: &str,
    openid: &str,
    now: i64,
) -> Option<serde_json::Value> {
    let decrypted = decrypt(
        &SessionKey::parse(key).unwrap(),
        &EncryptedData::parse(data, iv).unwrap(),
    );
    let now = OffsetDateTime::from_unix_timestamp(now).unwrap();
    let verified = decrypted.ok()?.verify(
        &AppId::parse(app_id).unwrap(),
        &OpenId::parse(openid).unwrap(),
        now,
    );
    verified.ok().map(serde_json::Value::Object)
}

#[test]
fn the_official_sample_opens_byte_for_byte() {
    assert_eq!(
        hex(&Sha256::digest(OFFICIAL_DATA)),
        "7842122eb129390ef7ca47b91ae8d142553fc5849eaad857552491f090118a51"
    );
    let text = bytes(OFFICIAL_KEY, OFFICIAL_IV, OFFICIAL_DATA).unwrap();
    assert_eq!(text, OFFICIAL_TEXT.as_bytes());
    assert_eq!(text.len(), 393);
    assert_eq!(
        hex(&Sha256::digest(&text)),
        "3237d8a5dbd413523c194882c7156544d8a06e2afcc97383cc300c17bd09391b"
    );
    let user_info = verified(
        OFFICIAL_KEY,
        OFFICIAL_IV,
        OFFICIAL_DATA,
        "wx4f4bc4dec97d474b",
        "oGZUI0egBJY1zhBYw2KhdUfwVJJE",
        1_477_314_187,
    );
    assert_eq!(
        user_info.unwrap(),
        serde_json::from_str::<serde_json::Value>(OFFICIAL_TEXT).unwrap()
    );
}

#[test]
fn the_official_sample_with_the_mistyped_iv_does_not_open() {
    let iv = "r7BXXKkLb8qrSNn05n2qiA==";
    let text = bytes(OFFICIAL_KEY, iv, OFFICIAL_DATA).unwrap();
    // Padding and watermark are right, but one byte of the openId is none of UTF-8.
    assert_eq!(text[14], 0xd5);
    assert!(String::from_utf8_lossy(&text).contains("wx4f4bc4dec97d474b"));
    assert!(!opens(OFFICIAL_KEY, iv, OFFICIAL_DATA));
}

#[test]
fn the_phone_sample_opens_byte_for_byte() {
    assert_eq!(bytes(KEY, IV, PHONE_DATA).unwrap(), PHONE_TEXT.as_bytes());
    let phone = verified(KEY, IV, PHONE_DATA, "wx0000000000000001", "oA", 1_700_000_000).unwrap();
    assert_eq!(phone["purePhoneNumber"], json!("13800138000"));
}

#[test]
fn a_text_of_whole_blocks_has_a_whole_block_of_padding() {
    let data = "sK2o9gHdwx8pUUP+mNIbDGIT3C+6lTCSQ1xhktGhuvVtppTpHPIqiGn9q6/Y9Plk";
    assert_eq!(
        bytes(KEY, IV, data).unwrap(),
        br#"{"k":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#
    );
    assert!(opens(KEY, IV, data));
}

#[test]
fn another_persons_key_does_not_open() {
    let key = "HyVFkGl5F5OQWJZZaNzBBg==";
    let session_key = SessionKey::parse(key).unwrap();
    let data = EncryptedData::parse(OFFICIAL_DATA, OFFICIAL_IV).unwrap();
    let raw = Decryptor::<Aes128>::new(&session_key.expose_bytes().into(), data.iv().into())
        .decrypt_padded_vec::<NoPadding>(data.ciphertext())
        .unwrap();
    assert_eq!(raw.last(), Some(&26));
    assert_eq!(bytes(key, OFFICIAL_IV, OFFICIAL_DATA), None);
    assert!(!opens(key, OFFICIAL_IV, OFFICIAL_DATA));
}

#[test]
fn only_one_to_sixteen_equal_bytes_are_a_padding() {
    for length in 1_u8..=16 {
        let text = [b"{}", vec![b' '; 30 - usize::from(length)].as_slice()].concat();
        let padded = [text.as_slice(), &vec![length; usize::from(length)]].concat();
        assert_eq!(bytes(KEY, IV, &encrypt_blocks(&padded)), Some(text), "{length}");
        assert!(opens(KEY, IV, &encrypt_blocks(&padded)), "{length}");
        for wrong in 32 - usize::from(length)..31 {
            let mut padded = padded.clone();
            padded[wrong] ^= 1;
            assert_eq!(
                bytes(KEY, IV, &encrypt_blocks(&padded)),
                None,
                "{length}, byte {wrong}"
            );
            assert!(
                !opens(KEY, IV, &encrypt_blocks(&padded)),
                "{length}, byte {wrong}"
            );
        }
    }
    for length in [0_u8, 17, 26, 32, 255] {
        // As the push messages' padding to 32 bytes would have it.
        let mut padded = [b"{}".as_slice(), &[b' '; 46]].concat();
        let begin = padded.len() - usize::from(length).clamp(1, 46);
        padded[begin..].fill(length);
        assert_eq!(bytes(KEY, IV, &encrypt_blocks(&padded)), None, "{length}");
        assert!(!opens(KEY, IV, &encrypt_blocks(&padded)), "{length}");
    }
}

#[test]
fn wrong_padding_does_not_open_even_where_the_text_is_an_object() {
    // Padded with spaces, so that all of it is JSON.
    let padded = [b"{}".as_slice(), &[b' '; 14]].concat();
    assert!(!opens(KEY, IV, &encrypt_blocks(&padded)));
    // One byte too few of the padding, and what is left of it is white space to JSON.
    let padded = [b"{}".as_slice(), &[b' '; 5], &[9; 8], &[1]].concat();
    assert!(opens(KEY, IV, &encrypt_blocks(&padded)));
    let padded = [b"{}".as_slice(), &[b' '; 5], &[9; 8], &[2]].concat();
    assert!(!opens(KEY, IV, &encrypt_blocks(&padded)));
}

#[test]
fn what_is_no_object_does_not_open() {
    for text in [
        "",
        " ",
        "null",
        "[]",
        "\"a\"",
        "1",
        "true",
        "{",
        "{}{}",
        "{\"a\":}",
        "\u{feff}{}",
        "{\"a\":\"\u{14}\"}",
    ] {
        assert!(!opens(KEY, IV, &encrypt(text.as_bytes())), "{text:?}");
    }
    for bytes in [
        &b"{\"a\":\"\xff\"}"[..],
        b"\xff{}",
        b"{}\xc0\x80",
        b"{\"a\":\"\xed\xa0\x80\"}",
    ] {
        assert!(!opens(KEY, IV, &encrypt(bytes)), "{bytes:?}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(!opens(KEY, IV, &encrypt(deep.as_bytes())));
}

#[test]
fn what_is_no_ciphertext_does_not_open() {
    let spaces = OFFICIAL_DATA.replace('+', " ");
    for data in ["", "A", "AAAA", "not base64", &OFFICIAL_DATA[4..], &spaces] {
        assert!(!opens(OFFICIAL_KEY, OFFICIAL_IV, data), "{data:.20}");
    }
    for iv in [
        "",
        "AAAA",
        "r7BXXKkLb8qrSNn05n0q",
        "r7BXXKkLb8qrSNn05n0qiAA=",
        "not base64",
    ] {
        assert!(!opens(OFFICIAL_KEY, iv, OFFICIAL_DATA), "{iv}");
    }
}

proptest! {
    #[test]
    fn what_was_encrypted_opens(value in "\\PC{0,200}") {
        let text = json!({"nickName": value}).to_string();
        let data = encrypt(text.as_bytes());
        prop_assert_eq!(bytes(KEY, IV, &data), Some(text.into_bytes()));
        prop_assert!(opens(KEY, IV, &data));
    }

    #[test]
    fn any_bytes_come_back(text: Vec<u8>) {
        prop_assert_eq!(bytes(KEY, IV, &encrypt(&text)), Some(text));
    }

    #[test]
    fn no_changed_byte_makes_it_panic(at: prop::sample::Index, by in 1_u8.., of_the_iv: bool) {
        let mut iv = STANDARD.decode(IV).unwrap();
        let mut data = STANDARD.decode(PHONE_DATA).unwrap();
        let bytes = if of_the_iv { &mut iv } else { &mut data };
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        let _ = opens(KEY, &STANDARD.encode(&iv), &STANDARD.encode(&data));
        // The first block's opening brace, and all of a block whose own ciphertext changed, cannot survive.
        if (of_the_iv && at == 0) || (!of_the_iv && at < 144) {
            prop_assert!(!opens(KEY, &STANDARD.encode(&iv), &STANDARD.encode(&data)));
        }
    }

    #[test]
    fn no_ciphertext_makes_it_panic(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = opens(KEY, IV, &STANDARD.encode(&data));
    }
}
