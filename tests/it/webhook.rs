mod bad;
mod events;
mod keys;
mod random;
mod sign;
mod table;
