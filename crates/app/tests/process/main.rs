//! The program itself: how it starts, refuses to start, stops, and is killed, and what it does while others are down.

mod bad_database;
mod bad_redis;
mod canary;
mod config;
mod crowd;
mod half_way;
mod http;
mod lifecycle;
mod mariadb;
mod outage;
mod program;
mod redis;
mod refusal;
mod round_trips;
mod users;
mod users_without_redis;
