//! The tables of `migrations/sqlite`, as far as a typed query reads well.

use diesel::table;

table! {
    users (id) {
        id -> Binary,
        root -> Binary,
        nickname -> Nullable<Text>,
        avatar_url -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    login_methods (kind, realm, identifier) {
        kind -> Text,
        realm -> Text,
        identifier -> Text,
        id -> Binary,
        user_id -> Binary,
        account -> Binary,
        sealed -> Nullable<Binary>,
        linked_at -> BigInt,
        last_used_at -> BigInt,
    }
}

table! {
    sessions (digest) {
        digest -> Binary,
        id -> Binary,
        user_id -> Binary,
        generation -> Integer,
        app -> Text,
        channel -> Text,
        openid -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        env_version -> Nullable<Text>,
        device_id -> Nullable<Text>,
        device_name -> Nullable<Text>,
        os -> Nullable<Text>,
    }
}

table! {
    session_keys (app_id, openid) {
        app_id -> Text,
        openid -> Text,
        current_key -> Binary,
        previous_key -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
    }
}

table! {
    revocations (id) {
        id -> BigInt,
        kind -> Text,
        subject -> Binary,
        generation -> Nullable<Integer>,
        except_digest -> Nullable<Binary>,
        into_user -> Nullable<Binary>,
        reason -> Nullable<Text>,
        recorded_at -> BigInt,
        bars_until -> Nullable<BigInt>,
    }
}

table! {
    pending_logins (state) {
        state -> Text,
        app -> Text,
        browser -> Binary,
        redirect_uri -> Text,
        return_to -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        is_silent -> Bool,
        link_to -> Nullable<Binary>,
        attempt -> Nullable<Binary>,
        outcome -> Nullable<Binary>,
    }
}

table! {
    exchanges (digest) {
        digest -> Binary,
        claimed_until -> BigInt,
    }
}

table! {
    app_tokens (app_id) {
        app_id -> Text,
        token -> Nullable<Binary>,
        fingerprint -> Nullable<Binary>,
        refresh_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        claimed_until -> Nullable<BigInt>,
        kept_until -> BigInt,
    }
}

table! {
    kept_answers (request) {
        request -> Binary,
        body -> Binary,
        answer -> Nullable<Binary>,
        kept_until -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, login_methods);
