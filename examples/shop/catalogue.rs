//! What there is to buy, and what it costs today. The one place where prices come from.
//!
//! It may not know carts: a slip says which thing and how many, never for how much.

use crate::locale::Locale;

/// Something on the shelf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) sku: &'static str,
    names: (&'static str, &'static str),
    descriptions: (&'static str, &'static str),
    pub(crate) cents: u64,
}

impl Product {
    pub(crate) fn name(&self, locale: Locale) -> &'static str {
        locale.pick(self.names.0, self.names.1)
    }

    pub(crate) fn description(&self, locale: Locale) -> &'static str {
        locale.pick(self.descriptions.0, self.descriptions.1)
    }
}

pub(crate) fn find(sku: &str) -> Option<&'static Product> {
    ALL.iter().find(|product| product.sku == sku)
}

const fn product(
    sku: &'static str,
    cents: u64,
    names: (&'static str, &'static str),
    descriptions: (&'static str, &'static str),
) -> Product {
    Product { sku, names, descriptions, cents }
}

pub(crate) const ALL: [Product; 12] = [
    product(
        "bowl",
        1450,
        ("Soup bowl", "Suppenschale"),
        ("Stoneware, holds half a litre and its heat.", "Steinzeug, hält einen halben Liter und die Wärme."),
    ),
    product(
        "teapot",
        3900,
        ("Teapot", "Teekanne"),
        ("Pours without a drip. For four cups.", "Gießt, ohne zu tropfen. Für vier Tassen."),
    ),
    product(
        "cup",
        980,
        ("Espresso cup", "Espressotasse"),
        ("Thick below, thin at the lip.", "Unten dick, am Rand dünn."),
    ),
    product(
        "glass",
        690,
        ("Water glass", "Wasserglas"),
        ("Stacks, bounces, lasts.", "Lässt sich stapeln, federt, hält."),
    ),
    product(
        "wine",
        1290,
        ("Wine glass", "Weinglas"),
        ("One glass for red and for white.", "Ein Glas für Roten und für Weißen."),
    ),
    product(
        "plate",
        1590,
        ("Dinner plate", "Essteller"),
        ("Flat, with a rim to hold on to.", "Flach, mit einem Rand zum Anfassen."),
    ),
    product(
        "spoons",
        2200,
        ("Six spoons", "Sechs Löffel"),
        ("Brushed steel. Nobody counts them after dinner.", "Gebürsteter Stahl. Niemand zählt nach."),
    ),
    product(
        "knife",
        4800,
        ("Kitchen knife", "Küchenmesser"),
        ("Twenty centimetres of carbon steel.", "Zwanzig Zentimeter Kohlenstoffstahl."),
    ),
    product(
        "mill",
        2750,
        ("Pepper mill", "Pfeffermühle"),
        ("Walnut and ceramic, from coarse to dust.", "Nussbaum und Keramik, von grob bis Staub."),
    ),
    product(
        "apron",
        3400,
        ("Apron", "Schürze"),
        ("Linen, with a pocket for the order slips.", "Leinen, mit einer Tasche für Bestellzettel."),
    ),
    product(
        "candle",
        540,
        ("Candle", "Kerze"),
        ("Beeswax. Burns longer than the guests stay.", "Bienenwachs. Brennt länger, als Gäste bleiben."),
    ),
    product("board", 2600, ("Cutting board", "Schneidebrett"), ("Oak, oiled by hand.", "Eiche, von Hand geölt.")),
];
