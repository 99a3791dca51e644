//! A snippet for pages that write a lot.
//!
//! It may not know Rust.

/// JavaScript for pages, of less than a kilobyte and with no dependencies: it defines `orderslipFetch(url, options)`, which is `fetch`, but
/// lets at most eight writes be under way at once over all tabs of a site, and sends again, after `Retry-After`, what was answered 503.
///
/// Nothing is lost without it. But what is under way at once must fit into one `Cookie` header, so servers refuse what a browser sends
/// beyond some dozens at once; and parallel writes leave more cookies behind than those that wait for each other. A page that
/// sends a write for every key that is pressed, in as many tabs as there may be, should use it.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, http::header::CONTENT_TYPE, routing::get};
/// use orderslip::merge::WRITE_QUEUE_JS;
///
/// let scripts: Router = Router::new().route("/write-queue.js", get(([(CONTENT_TYPE, "text/javascript")], WRITE_QUEUE_JS)));
/// # drop(scripts); }
/// ```
///
/// ```html
/// <script src="/write-queue.js"></script>
/// <script type="module">
///   const answer = await orderslipFetch("/cart", { method: "POST", body: "soup" });
/// </script>
/// ```
///
/// A write waits for one of eight slots, which are [Web Locks](https://w3c.github.io/web-locks/); a browser without them, or a page that is not
/// secure, has eight slots in every tab. A tab that is closed gives its slots back though its requests may still be under way.
/// A body must be one that can be sent twice: a text or a form, no stream. After nine refusals the answer is the last one.
pub const WRITE_QUEUE_JS: &str = include_str!("write_queue.js");

#[cfg(test)]
mod tests {
    use super::WRITE_QUEUE_JS;

    #[test]
    fn it_is_small_and_can_stand_within_a_page() {
        assert!(WRITE_QUEUE_JS.len() <= 1024, "{} bytes", WRITE_QUEUE_JS.len());
        assert!(WRITE_QUEUE_JS.is_ascii() && !WRITE_QUEUE_JS.contains("</"));
    }
}
