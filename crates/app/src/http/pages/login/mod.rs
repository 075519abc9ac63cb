pub(super) mod views;
