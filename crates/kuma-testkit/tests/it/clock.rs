//! Deltas that carry the moment they were sent.

use crate::support::{answer, text_of};
use kuma_testkit::clock::{now_micros, stamps};
use kuma_testkit::{FakeUpstream, Vendor};

#[tokio::test]
async fn every_delta_says_when_it_left() {
    for vendor in Vendor::ALL {
        let fake = FakeUpstream::start(vendor).await;
        let before = now_micros();
        // The second answer comes from the frames that were stored for the first.
        for _ in 0..2 {
            let text = text_of(vendor, &answer(&fake, "[clock 30]").await);
            let sent: Vec<u64> = stamps(text.as_bytes()).collect();
            assert_eq!(sent.len(), 30, "{vendor:?}: {text}");
            assert_eq!(text.len(), 30 * "@000000000000000 ".len());
            assert!(
                sent.is_sorted() && sent[0] >= before && sent[29] <= now_micros(),
                "{vendor:?}: {sent:?}"
            );
        }
        fake.assert_clean();
    }
}
