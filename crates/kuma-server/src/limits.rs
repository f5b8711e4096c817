//! Rate limits: per address before anybody is known, per user after.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use kuma_app::{AppError, ErrorKind};
use kuma_types::UserId;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Sign-ins, per address.
    Login,
    /// New accounts, per address.
    Signup,
    /// Messages, per user.
    Chat,
    /// Uploads, per user.
    Upload,
    /// Everything, per user.
    Api,
}

/// How many of something in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In how long.
    pub per: Duration,
}

/// The limits' settings.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// `RATE_LIMIT_LOGIN`
    pub login: Rate,
    /// `RATE_LIMIT_SIGNUP`
    pub signup: Rate,
    /// `RATE_LIMIT_CHAT`
    pub chat: Rate,
    /// `RATE_LIMIT_UPLOAD`
    pub upload: Rate,
    /// `RATE_LIMIT_API`
    pub api: Rate,
}

/// The limits at work.
pub struct Limits(Option<Buckets>);

struct Buckets {
    login: Keyed<IpAddr>,
    signup: Keyed<IpAddr>,
    chat: Keyed<UserId>,
    upload: Keyed<UserId>,
    api: Keyed<UserId>,
    clock: DefaultClock,
}

fn bucket<K: std::hash::Hash + Eq + Clone>(rate: Rate) -> Keyed<K> {
    let each = rate.per / rate.count.get();
    // A period of zero is no limit at all, which `Rate` cannot say; a nanosecond is as good.
    let quota = Quota::with_period(each.max(Duration::from_nanos(1)));
    let quota = quota.map_or_else(|| Quota::per_second(rate.count), |quota| quota.allow_burst(rate.count));
    RateLimiter::dashmap(quota)
}

impl Limits {
    /// With these rates; none switches all off.
    pub fn new(rates: Option<Rates>) -> Self {
        Self(rates.map(|rates| Buckets {
            login: bucket(rates.login),
            signup: bucket(rates.signup),
            chat: bucket(rates.chat),
            upload: bucket(rates.upload),
            api: bucket(rates.api),
            clock: DefaultClock::default(),
        }))
    }

    /// Counts one for an address.
    pub fn check_address(&self, limit: Limit, address: IpAddr) -> Result<(), AppError> {
        let Some(buckets) = &self.0 else { return Ok(()) };
        let bucket = if limit == Limit::Signup { &buckets.signup } else { &buckets.login };
        // One household often shares an IPv6 /64: it counts as one address.
        let address = match address {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                v6.to_ipv4_mapped().map_or(IpAddr::from([a, b, c, d, 0, 0, 0, 0]), IpAddr::V4)
            }
            v4 @ IpAddr::V4(_) => v4,
        };
        bucket.check_key(&address).map_err(|until| refused(until.wait_time_from(buckets.clock.now())))
    }

    /// Counts one for a user.
    pub fn check_user(&self, limit: Limit, user: UserId) -> Result<(), AppError> {
        let Some(buckets) = &self.0 else { return Ok(()) };
        let bucket = match limit {
            Limit::Chat => &buckets.chat,
            Limit::Upload => &buckets.upload,
            Limit::Login | Limit::Signup | Limit::Api => &buckets.api,
        };
        bucket.check_key(&user).map_err(|until| refused(until.wait_time_from(buckets.clock.now())))
    }

    /// Forgets those who have not come for a while. To be called now and then.
    pub fn shrink(&self) {
        if let Some(buckets) = &self.0 {
            buckets.login.retain_recent();
            buckets.signup.retain_recent();
            buckets.chat.retain_recent();
            buckets.upload.retain_recent();
            buckets.api.retain_recent();
        }
    }
}

fn refused(wait: Duration) -> AppError {
    metrics::counter!("kuma_rate_limited_total").increment(1);
    let seconds = wait.as_secs() + 1;
    AppError::new(
        ErrorKind::RateLimited,
        "rate_limited",
        format!("That was too often. Try again in {seconds} seconds."),
    )
    .retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(count: u32) -> Rates {
        let rate = Rate { count: NonZeroU32::new(count).unwrap(), per: Duration::from_hours(1) };
        Rates { login: rate, signup: rate, chat: rate, upload: rate, api: rate }
    }

    #[test]
    fn each_address_and_each_user_has_their_own_count() {
        let limits = Limits::new(Some(rates(2)));
        let (a, b): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!(limits.check_address(Limit::Login, a).is_ok());
        assert!(limits.check_address(Limit::Login, a).is_ok());
        let refused = limits.check_address(Limit::Login, a).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::RateLimited);
        assert!(refused.retry_after.unwrap() > Duration::from_mins(1));
        assert!(limits.check_address(Limit::Login, b).is_ok());
        assert!(limits.check_address(Limit::Signup, a).is_ok());
        let (one, two): (IpAddr, IpAddr) =
            ("2001:db8::1".parse().unwrap(), "2001:db8::ffff".parse().unwrap());
        assert!(limits.check_address(Limit::Login, one).is_ok());
        assert!(limits.check_address(Limit::Login, two).is_ok());
        assert!(limits.check_address(Limit::Login, one).is_err(), "one /64 is one address");
        let user = UserId::new();
        assert!(limits.check_user(Limit::Chat, user).is_ok());
        assert!(limits.check_user(Limit::Chat, user).is_ok());
        assert!(limits.check_user(Limit::Chat, user).is_err());
        assert!(limits.check_user(Limit::Api, user).is_ok());
        assert!(Limits::new(None).check_address(Limit::Login, a).is_ok());
    }
}
