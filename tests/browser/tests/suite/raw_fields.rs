//! Header fields that no browser sends, from curl, straight to the shop and through nginx: no error of ours, nothing injected, and a slip
//! that can be read is read.

use orderslip_browser::{Answer, Client, Fault, Nginx, Shop, are_here, curl};

/// A guest with a cup in the cart: the pairs of the session and the visitor, and that of the cart.
async fn guest(shop: &str) -> Result<(String, String), Fault> {
    let mut guest = Client::of(shop);
    let token = guest.get("/").await?.token()?;
    let added = guest.post_from_nowhere("/cart/add", &format!("token={token}&sku=cup&quantity=1")).await?;
    assert_eq!(added.status, 303, "a form's token is enough where no browser vouches for it");
    let slips = ["__Host-session", "__Host-visitor"].map(|name| guest.cookies_called(name));
    let [session, visitor] = slips;
    Ok((format!("{}; {}", session?, visitor?), guest.cookies_called("__Host-cart")?))
}

/// What every answer must be like, whatever was asked.
fn check(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {}", answer.status);
    let known = ["__Host-session", "__Host-visitor", "__Host-cart", "__Host-preferences", "__Host-notice"];
    for line in answer.all("set-cookie") {
        let name = line.split('=').next().unwrap_or_default();
        assert!(known.iter().any(|known| name.starts_with(known)), "{what}: {name} was set");
        assert!(line.contains("; Path=/; Secure"), "{what}: {line}");
    }
    let names: Vec<&str> = answer.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!names.iter().any(|name| name.contains("injected")), "{what}: {names:?}");
}

fn has_cart(answer: &Answer) -> bool {
    answer.body.contains("&quot;sku&quot;: &quot;cup&quot;")
}

#[tokio::test]
async fn odd_cookie_fields_cost_no_slip_and_no_5xx() -> Result<(), Fault> {
    if !are_here(&["shop", "curl"]) {
        return Ok(());
    }
    let shop = Shop::open(1).await?;
    let url = format!("http://localhost:{}", shop.port);
    let (slips, cart) = guest(&url).await?;
    let ours = format!("{slips}; {cart}");
    let junk: Vec<String> = (0..200).map(|number| format!("junk{number:03}={}", "j".repeat(72))).collect();
    let (cart_name, cart_value) = cart.split_once('=').ok_or("no pair")?;
    let (in_lower_case, in_upper_case) = (cart_name.to_lowercase(), cart_name.to_uppercase());
    let nearly = cart_name.strip_prefix("__Host-").ok_or("no prefix")?;

    // What stands around our cookies, and whether the cart is found.
    let around: Vec<(&str, Vec<u8>, Vec<u8>)> = vec![
        ("200 junk cookies of 80 bytes", format!("{}; ", junk.join("; ")).into(), b"".to_vec()),
        ("a cookie of 16 kB", format!("big={}; ", "b".repeat(16_000)).into(), b"".to_vec()),
        ("bad UTF-8", b"a=\xff\xfe\x80; \xc3=\x28; ".to_vec(), b"; b=\xe2\x82".to_vec()),
        ("quotes", b"a=\"; b=\"quoted; c\"; ".to_vec(), b"; d=\"".to_vec()),
        ("no pairs at all", b";;; ; = ; ==; a; ".to_vec(), b"; ;=".to_vec()),
        ("junk of our name, before", format!("{cart_name}=junk; __Host-visitor=junk; ").into(), b"".to_vec()),
        (
            "junk of our name, behind",
            b"".to_vec(),
            format!(
                "; {cart_name}=junk; {cart_name}=; __Host-cart=junk; __Host-cartoAAAAAAAAAAAAAA=x; __Host-session="
            )
            .into(),
        ),
        (
            "spoofs in the wrong case",
            format!("{in_lower_case}=junk; {in_upper_case}=x; ").into(),
            b"; __host-session=y".to_vec(),
        ),
        ("a nameless spoof", format!("={cart_name}=junk; ").into(), b"".to_vec()),
        ("control characters that HTTP lets through", b"a=\x09\x09; ".to_vec(), b"; b=\x80\x9f".to_vec()),
        ("the same cookies twice", format!("{ours}; ").into(), b"".to_vec()),
    ];
    for (what, before, behind) in around {
        let field = [b"Cookie: ".as_slice(), &before, ours.as_bytes(), &behind].concat();
        let answer = curl(&format!("{url}/cart"), &[&field], None).await?;
        check(&answer, what);
        assert_eq!(answer.status, 200, "{what}");
        assert!(has_cart(&answer), "{what}: the cart is lost");
    }

    let parts = [format!("Cookie: {slips}"), "Cookie: a=b".to_owned(), format!("Cookie: {cart}")];
    let answer = curl(&format!("{url}/cart"), &parts.each_ref().map(String::as_bytes), None).await?;
    check(&answer, "several fields");
    assert!(has_cart(&answer), "several fields are one");

    // Our value under another's name, and others' under ours: nothing to be had.
    for (what, field) in [
        ("the name in lower case", format!("Cookie: {slips}; {in_lower_case}={cart_value}")),
        ("the name without its prefix", format!("Cookie: {slips}; {nearly}={cart_value}")),
        ("the name without what it says", format!("Cookie: {slips}; __Host-cart={cart_value}")),
        ("the cart as a session", format!("Cookie: __Host-session={cart_value}")),
        ("the cart as a visitor", format!("Cookie: __Host-visitor={cart_value}; {cart}")),
        ("without its visitor", format!("Cookie: {cart}")),
        ("with another's visitor", format!("Cookie: {}; {cart}", guest(&url).await?.0)),
        ("cut short", format!("Cookie: {slips}; {}", &cart[..cart.len() - 1])),
        ("with a tail", format!("Cookie: {slips}; {cart}A")),
        ("quoted", format!("Cookie: {slips}; {cart_name}=\"{cart_value}\"")),
        ("percent-encoded", format!("Cookie: {slips}; {cart_name}=%{cart_value}")),
    ] {
        let answer = curl(&format!("{url}/cart"), &[field.as_bytes()], None).await?;
        check(&answer, what);
        assert_eq!((answer.status, has_cart(&answer)), (200, false), "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_of_a_form_gets_into_a_header() -> Result<(), Fault> {
    if !are_here(&["shop", "curl"]) {
        return Ok(());
    }
    let shop = Shop::open(1).await?;
    let url = format!("http://localhost:{}", shop.port);
    let origin = format!("Origin: {url}");
    for back in [
        "/%0d%0aInjected: 1",
        "//evil.example/",
        "/%5Cevil.example/",
        "https://evil.example/",
        "/cart%0aSet-Cookie: a=b",
        "/%00",
        "/%C3%A4",
    ] {
        for (path, form) in [
            ("/login", format!("name=Ada&password=soup&back={back}")),
            ("/login", format!("name=Ada&password=wrong&back={back}")),
            ("/preferences", format!("theme=dark&locale=de&back={back}")),
        ] {
            let answer = curl(&format!("{url}{path}"), &[origin.as_bytes()], Some(&form)).await?;
            check(&answer, back);
            assert_eq!(answer.status, 303);
            let location = answer.all("location").collect::<String>();
            assert!(["/", "/login?back=/"].contains(&location.as_str()), "{back} leads to {location}");
        }
    }
    for (what, form, status) in [
        ("no such thing", "sku=nothing&quantity=1", 422),
        ("not a number", "sku=cup&quantity=many", 422),
        ("a theme that is none", "theme=pink&locale=de", 422),
        ("nothing", "", 422),
    ] {
        let path = if form.starts_with("theme") { "/preferences" } else { "/cart/add" };
        let answer = curl(&format!("{url}{path}"), &[origin.as_bytes()], Some(form)).await?;
        check(&answer, what);
        assert_eq!(answer.status, status, "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn a_form_that_nobody_vouches_for_needs_its_token() -> Result<(), Fault> {
    if !are_here(&["shop", "curl"]) {
        return Ok(());
    }
    let shop = Shop::open(1).await?;
    let url = format!("http://localhost:{}", shop.port);
    let ((mine, _), (other, _)) = (guest(&url).await?, guest(&url).await?);
    let page = curl(&url, &[format!("Cookie: {other}").as_bytes()], None).await?;
    let form = format!("token={}&sku=cup&quantity=1", page.token()?);
    let add = format!("{url}/cart/add");
    let cookies = |pair: &str| format!("Cookie: {pair}").into_bytes();
    for (what, fields, form, status) in [
        ("with its session", vec![cookies(&other)], form.as_str(), 303),
        ("with another's session", vec![cookies(&mine)], &form, 403),
        ("without a session", vec![], &form, 403),
        ("without a token", vec![cookies(&other)], "sku=cup&quantity=1", 403),
        (
            "with its token, and from another site",
            vec![cookies(&other), b"Origin: https://evil.example".to_vec()],
            &form,
            403,
        ),
        ("from a neighbour", vec![cookies(&other), b"Sec-Fetch-Site: same-site".to_vec()], &form, 403),
    ] {
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        assert_eq!(curl(&add, &fields, Some(form)).await?.status, status, "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn what_nginx_lets_through_the_shop_answers() -> Result<(), Fault> {
    if !are_here(&["shop", "curl", "nginx"]) {
        return Ok(());
    }
    let shop = Shop::open(1).await?;
    let nginx = Nginx::start(shop.port).await?;
    let url = format!("http://localhost:{}", nginx.port);
    let (slips, cart) = guest(&url).await?;
    let ours = format!("{slips}; {cart}");
    let most = 8190 - "Cookie: ".len() - ours.len() - "; a=".len();
    for (bytes, status) in [(most, 200), (most + 2, 400)] {
        let field = format!("Cookie: {ours}; a={}", "x".repeat(bytes));
        let answer = curl(&format!("{url}/cart"), &[field.as_bytes()], None).await?;
        check(&answer, "a long field");
        assert_eq!((answer.status, has_cart(&answer)), (status, status == 200), "{bytes}");
    }
    // The shop's jars leave 496 bytes of the 4096 that nginx takes from a server: every page and redirect does with them.
    let (origin, ours) = (format!("Origin: http://localhost:{}", shop.port), format!("Cookie: {ours}"));
    let (guest, nobody) = ([origin.as_bytes(), ours.as_bytes()], [origin.as_bytes(), b"A: b"]);
    for (path, form, fields, status) in [
        ("/", None, nobody, 200),
        ("/", None, guest, 200),
        ("/orders", None, guest, 303),
        ("/cart/add", Some("sku=cup&quantity=1"), guest, 303),
        ("/cart/add", Some("sku=cup&quantity=1"), nobody, 503),
    ] {
        let answer = curl(&format!("http://localhost:{}{path}", shop.port), &fields, form).await?;
        assert_eq!(answer.status, status, "{path}");
        let own = answer.fields.iter().filter(|(name, _)| name != "set-cookie");
        let own = own.map(|(name, value)| name.len() + value.len() + ": \r\n".len()).sum::<usize>();
        assert!("HTTP/1.1 503 Service Unavailable\r\n\r\n".len() + own <= 496, "{path} has {own} bytes of its own");
    }
    Ok(())
}

#[tokio::test]
async fn a_form_that_is_to_be_sent_again_is_what_it_was() -> Result<(), Fault> {
    if !are_here(&["shop", "curl"]) {
        return Ok(());
    }
    let shop = Shop::open(1).await?;
    let url = format!("http://localhost:{}", shop.port);
    let mut nobody = Client::of(&url);
    let form = "token=t&sku=cup&quantity=2&engraving=%22%3Cb%3E%26%C3%A4&back=%2F";
    let refused = nobody.post("/cart/add", form).await?;
    assert_eq!((refused.status, refused.all("retry-after").collect::<String>().as_str()), (503, "1"));
    let field = |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    for (name, value) in [("token", "t"), ("quantity", "2"), ("engraving", "&quot;&lt;b&gt;&amp;ä"), ("tried", "1")] {
        assert!(refused.body.contains(&field(name, value)), "{name}: {}", refused.body);
    }
    assert!(refused.body.contains("/again.js"));
    assert!(refused.all("content-security-policy").any(|policy| policy.ends_with("; script-src 'self'")));
    assert!(!refused.all("location").any(|_| true));
    let again = nobody.post("/cart/add", &format!("{form}&tried=1")).await?;
    assert_eq!(again.status, 303, "the refusal began what the write belongs to");
    // After nine times it is the visitor's turn to say so, and nobody counts further.
    for (tried, next, has_script) in
        [("8", "9", true), ("9", "10", false), ("4294967295", "10", false), ("x", "1", true)]
    {
        let answer = Client::of(&url).post("/cart/add", &format!("sku=cup&quantity=1&tried={tried}")).await?;
        assert_eq!((answer.status, answer.body.contains("/again.js")), (503, has_script), "{tried}");
        assert!(answer.body.contains(&field("tried", next)), "{tried}");
    }
    // What comes from another site is refused for good, and nothing of a password is ever repeated.
    let evil = [b"Origin: https://evil.example".as_slice()];
    let refused = curl(&format!("{url}/cart/add"), &evil, Some("sku=cup&quantity=1")).await?;
    assert_eq!((refused.status, refused.body.contains("sku")), (403, false));
    let wrong = Client::of(&url).post("/login", "name=Ada&password=sesame").await?;
    assert!(!wrong.body.contains("sesame"));
    Ok(())
}
