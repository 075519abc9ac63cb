/// Where tokens and ids come from. Tests bring one that repeats.
pub trait Entropy: Send + Sync {
    /// Fills with bytes that nobody can guess. MUST NOT return without having done so.
    fn fill(&self, bytes: &mut [u8]);
}
