//! The encrypted data of mini-programs: AES-128-CBC, PKCS#7, UTF-8, a JSON object.
//!
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html>

use aes::Aes128;
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding},
};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess};
use wechat_login_domain::{Decrypted, EncryptedData, NotDecryptable, SessionKey};

/// Opens the data. The text is read also where the padding is wrong, so that whoever sends a thousand variants learns
/// nothing from the time that each takes.
pub(crate) fn decrypt(key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable> {
    let (text, is_padded_right) = plaintext(key, data);
    // Strictly UTF-8: one wrong byte in the iv is one wrong byte in the text, and guessing at it gives another openId.
    let object = std::str::from_utf8(&text)
        .ok()
        .and_then(|text| serde_json::from_str(text).ok());
    match object {
        Some(object) if bool::from(is_padded_right) => Ok(Decrypted::new(object)),
        _ => Err(NotDecryptable),
    }
}

/// The text, and whether it was padded with 1 to 16 bytes that all say how many they are. Where not, the text is garbage.
fn plaintext(key: &SessionKey, data: &EncryptedData) -> (Vec<u8>, Choice) {
    let mut text = Decryptor::<Aes128>::new(&key.expose_bytes().into(), data.iv().into())
        .decrypt_padded_vec::<NoPadding>(data.ciphertext())
        .unwrap_or_default();
    let Some(block) = text.last_chunk::<16>() else {
        return (text, Choice::from(0));
    };
    let length = block[15];
    let mut is_right = !length.ct_eq(&0) & !length.ct_gt(&16);
    for (from_the_end, byte) in (0_u8..).zip(block.iter().rev()) {
        is_right &= !from_the_end.ct_lt(&length) | byte.ct_eq(&length);
    }
    let padding = u8::conditional_select(&1, &length, is_right);
    text.truncate(text.len() - usize::from(padding));
    (text, is_right)
}

#[cfg(test)]
mod tests;
