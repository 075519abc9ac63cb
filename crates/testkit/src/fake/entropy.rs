use std::sync::atomic::{AtomicU64, Ordering};

use wechat_login_domain::ports::Entropy;

/// Bytes that look random and are the same for the same seed.
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
}

impl Default for SeededEntropy {
    fn default() -> Self {
        Self::new(0)
    }
}

impl SeededEntropy {
    /// The bytes of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }

    /// `SplitMix64` (Steele, Lea and Flood 2014): every state gives another number, so no two calls get the same bytes.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
