//! The words of the shop, in both languages.
//!
//! It may not know where they stand. A title and a text that belong together are a pair.

use crate::locale::Locale;

pub(crate) fn of(locale: Locale) -> &'static Texts {
    locale.pick(&EN, &DE)
}

macro_rules! texts {
    ($($field:ident: $type:ty = $english:expr, $german:expr;)*) => {
        /// All that the pages say.
        pub(crate) struct Texts {
            pub(crate) locale: Locale,
            $(pub(crate) $field: $type,)*
        }

        static EN: Texts = Texts { locale: Locale::En, $($field: $english,)* };
        static DE: Texts = Texts { locale: Locale::De, $($field: $german,)* };
    };
}

type Pair = (&'static str, &'static str);

texts! {
    motto: &'static str = "Things for the table, written down", "Dinge für den Tisch, notiert";
    catalogue: &'static str = "Catalogue", "Sortiment";
    cart: &'static str = "Cart", "Warenkorb";
    log_in: &'static str = "Log in", "Anmelden";
    log_out: &'static str = "Log out", "Abmelden";
    orders: &'static str = "Orders", "Bestellungen";
    theme: &'static str = "Theme", "Farben";
    themes: [&'static str; 3] = ["As the system", "Light", "Dark"], ["Wie das System", "Hell", "Dunkel"];
    language: &'static str = "Language", "Sprache";
    apply: &'static str = "Apply", "Übernehmen";
    add: &'static str = "Put into the cart", "In den Warenkorb";
    quantity: &'static str = "Quantity", "Anzahl";
    engraving: &'static str = "Engraving", "Gravur";
    engraving_hint: &'static str = "up to 60 letters, free of charge", "bis zu 60 Zeichen, kostenlos";
    seen: &'static str = "Lately seen", "Zuletzt angesehen";
    change: &'static str = "Change", "Ändern";
    remove: &'static str = "Take out", "Entfernen";
    total: &'static str = "Total", "Summe";
    nothing_in_cart: &'static str = "There is nothing in your cart yet.", "Noch ist nichts im Warenkorb.";
    check_out: &'static str = "Check out", "Zur Kasse";
    buy: &'static str = "Buy now", "Jetzt kaufen";
    buys_for: &'static str = "This order is for", "Diese Bestellung ist für";
    no_orders: &'static str = "No orders in this session.", "Keine Bestellungen in dieser Sitzung.";
    order: &'static str = "Order", "Bestellung";
    name: &'static str = "Name", "Name";
    password: &'static str = "Password", "Passwort";
    password_hint: &'static str = "Any name will do; the password is “soup”.", "Jeder Name geht; das Passwort ist „soup“.";
    to_catalogue: &'static str = "To the catalogue", "Zum Sortiment";
    to_cart: &'static str = "To the cart", "Zum Warenkorb";
    panel: Pair = (
        "On your slips", "All that this shop knows of you is in your browser, and this is all of it."), (
        "Auf Ihren Zetteln", "Was dieser Laden von Ihnen weiß, steht in Ihrem Browser. Das ist alles.");
    served_by: &'static str = "Served by", "Bedient von";
    process: &'static str = "process", "Prozess";
    cookies: &'static str = "cookies", "Cookies";
    bytes_left: &'static str = "bytes left", "Bytes frei";
    ends_in: &'static str = "ends in", "endet in";
    none: &'static str = "no slip", "kein Zettel";
    outcomes: [&'static str; 6] = [
        "not brought", "brought", "has expired", "was rejected", "cannot be read here", "had been logged out"], [
        "nicht mitgebracht", "mitgebracht", "abgelaufen", "zurückgewiesen", "hier nicht lesbar", "war abgemeldet"];
    added: &'static str = "In your cart now:", "Jetzt im Warenkorb:";
    removed: &'static str = "No longer in your cart:", "Nicht mehr im Warenkorb:";
    welcome: &'static str = "You are logged in.", "Sie sind angemeldet.";
    goodbye: &'static str = "You are logged out. Your cart stays.", "Sie sind abgemeldet. Der Warenkorb bleibt.";
    wrong_password: &'static str = "Name and password do not match.", "Name und Passwort passen nicht zusammen.";
    log_in_first: &'static str = "Please log in first.", "Bitte melden Sie sich zuerst an.";
    nothing_to_buy: &'static str = "There was nothing to buy.", "Es gab nichts zu kaufen.";
    saved: &'static str = "Just as you like it.", "Ganz wie Sie mögen.";
    ordered: &'static str = "Thank you! Your order has the number", "Danke! Ihre Bestellung hat die Nummer";
    too_large: Pair = (
        "That does not fit on the slip",
        "It has a few thousand characters, and your cart needs more. Nothing has been changed: what was in it still is."), (
        "Das passt nicht auf den Zettel",
        "Er fasst ein paar tausend Zeichen, und Ihr Warenkorb braucht mehr. Nichts wurde geändert: Was darin war, ist es noch.");
    would_take: &'static str = "would take", "bräuchte";
    at_most: &'static str = "there is room for", "Platz ist für";
    not_found: Pair = ("Not on the shelf", "We have looked everywhere."), ("Nicht im Regal", "Wir haben überall gesucht.");
    forbidden: Pair = (
        "That was not from us", "This form came from another site, or from a page that is no longer good. Nothing has been done."), (
        "Das war nicht von uns", "Dieses Formular kam von woanders oder von einer alten Seite. Es wurde nichts getan.");
    unavailable: Pair = (
        "One moment, please", "Your slip cannot be read here just now. Try again in a few seconds; it is safe with you."), (
        "Einen Moment, bitte", "Ihr Zettel ist hier gerade nicht lesbar. Versuchen Sie es gleich noch einmal; er ist sicher bei Ihnen.");
    asked_again: Pair = (
        "One moment, please", "Much is going on in your browser. Nothing has been done yet; in a second this is sent once more."), (
        "Einen Moment, bitte", "In Ihrem Browser ist gerade viel los. Noch wurde nichts getan; in einer Sekunde wird es noch einmal gesendet.");
    once_more: &'static str = "Send it again", "Noch einmal senden";
    failed: Pair = ("Something broke", "It was our fault."), ("Etwas ist zerbrochen", "Es war unser Fehler.");
    not_understood: Pair = ("We did not get that", "Please go back and try again."), ("Das haben wir nicht verstanden", "Bitte noch einmal.");
}
