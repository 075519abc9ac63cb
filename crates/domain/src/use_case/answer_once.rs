use std::{sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use crate::{
    Error, IdempotencyKey, Keyring, Purpose,
    ports::{Clock, Exchanges, KeptAnswer, RequestDigest},
};

/// How long an answer is kept.
const KEPT_FOR: time::Duration = time::Duration::seconds(60);
/// When a twin that came while the first was being answered looks for the answer, in milliseconds: 3.6 s in all, and seldom enough that many
/// twins do not keep a store busy.
const LOOKS: [u64; 12] = [50, 50, 100, 200, 400, 400, 400, 400, 400, 400, 400, 400];

/// The same `Idempotency-Key` with the same body gets the same answer from one run, on all instances.
pub struct AnswerOnce {
    exchanges: Arc<dyn Exchanges>,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Answer {
    /// Answer it, and say so with [`AnswerOnce::keep`] or [`AnswerOnce::release`].
    Give(Claim),
    /// This was the answer.
    Kept(Vec<u8>),
}

/// The right to answer a request.
pub struct Claim {
    key: RequestDigest,
    seal_context: [u8; 32],
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claim(…)")
    }
}

impl AnswerOnce {
    /// With these ports.
    #[must_use]
    pub fn new(exchanges: Arc<dyn Exchanges>, keyring: Arc<Keyring>, clock: Arc<dyn Clock>) -> Self {
        Self {
            exchanges,
            keyring,
            clock,
        }
    }

    /// Looks up what became of this request, and waits for its twin's answer where that is on its way.
    ///
    /// # Errors
    /// [`Error::IdempotencyKeyReused`] where the key came with another body, [`Error::WeChatUnavailable`] where the twin takes too long.
    pub async fn claim(&self, route: &str, key: &IdempotencyKey, body: &[u8]) -> Result<Answer, Error> {
        let digest = |label: &str| -> RequestDigest {
            let hash = Sha256::new()
                .chain_update(label)
                .chain_update(" ")
                .chain_update(route);
            hash.chain_update(" ")
                .chain_update(key.as_str())
                .chain_update(" ")
                .chain_update(body)
                .finalize()
                .into()
        };
        let key_digest: RequestDigest = Sha256::new()
            .chain_update(route)
            .chain_update(" ")
            .chain_update(key.as_str())
            .finalize()
            .into();
        // The store holds the first digest of the body and never the second, which opens the answer: that takes the code in the body.
        let (body_digest, seal_context) = (digest("body"), digest("seal"));
        for pause in LOOKS {
            let now = self.clock.now();
            match self
                .exchanges
                .claim_answer(&key_digest, &body_digest, now, now + KEPT_FOR)
                .await?
            {
                KeptAnswer::Claimed => {
                    return Ok(Answer::Give(Claim {
                        key: key_digest,
                        seal_context,
                    }));
                }
                KeptAnswer::OtherBody => return Err(Error::IdempotencyKeyReused),
                KeptAnswer::Pending => self.clock.sleep(Duration::from_millis(pause)).await,
                KeptAnswer::Answered(sealed) => {
                    let opened = self.keyring.open(Purpose::Answer, &[&seal_context], &sealed);
                    return opened
                        .map(Answer::Kept)
                        .map_err(|_sealed_with_a_lost_key| Error::LoginCodeRejected);
                }
            }
        }
        Err(Error::WeChatUnavailable)
    }

    /// Keeps the answer for whoever sends the same request again. A store that fails costs the repetition, not the answer.
    pub async fn keep(&self, claim: Claim, answer: &[u8]) {
        let sealed = self.keyring.seal(Purpose::Answer, &[&claim.seal_context], answer);
        if let Err(error) = self.exchanges.keep_answer(&claim.key, &sealed).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an answer could not be kept"
            );
        }
    }

    /// Forgets the request: its answer was a failure that may pass, so the next try counts again.
    pub async fn release(&self, claim: Claim) {
        if let Err(error) = self.exchanges.release_answer(&claim.key).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an idempotency key could not be released"
            );
        }
    }
}
