"""Which column of a foreign ledger's file is what, by the names of its header.

The names are those that accounting programs and people give in English, German, French, Greek,
Hungarian, Polish and Romanian, and the technical ones of SAP and DATEV. What is proposed is shown to a
person before it counts, so a name that could be two things is left out rather than guessed.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

SYNONYMS = {
    "customer_number": (
        "customer number|customer no|customer id|customerid|cust number|cust no|customer code|customer|account number"
        "|account no|debtor|debtor number|debtor no|debtor id|partner id|partner number|client number|client id"
        "|client code|client no|legacy id|kunnr|business partner|kundennummer|kundennr|kunden nr|kunde nr|kunde"
        "|debitor|debitorennummer|debitornummer|debitorennr|debitor nr|debitorenkonto|personenkonto|konto|kontonummer"
        "|numero client|no client|n client|code client|compte client|compte tiers|tiers|num client|code tiers"
        "|κωδικος πελατη|κωδ πελατη|αριθμος πελατη|κωδικος συναλλασσομενου|κωδικος|ugyfelkod|vevokod|vevo kodja"
        "|ugyfelszam|partnerkod|partner kod|vevoszam|numer klienta|nr klienta|kod klienta|kod kontrahenta"
        "|nr kontrahenta|numer kontrahenta|kontrahent kod|id klienta|cod client|numar client|nr client|cod partener"
    ),
    "customer_name": (
        "customer name|name customer|company name|debtor name|client name|partner name|name 1|name1|name|kundenname"
        "|debitorname|firma|firmenname|name adressatentyp unternehmen|nom client|nom du client|raison sociale|nom"
        "|επωνυμια|πελατης|επωνυμια πελατη|ονομα|ονομα πελατη|ugyfel neve|vevo neve|vevo|partner neve|ugyfel|nev"
        "|nazwa klienta|nazwa kontrahenta|kontrahent|nazwa|klient|nume client|denumire client|denumire|client|nume"
    ),
    "customer_email": (
        "email|e mail|mail|customer email|smtp addr|e mail adresse|emailadresse|courriel|adresse email|ηλεκτρονικη"
        " διευθυνση|ημαιλ|e mail cim|emailcim|adres email|adresa email"
    ),
    "customer_phone": (
        "phone|telephone|phone number|customer phone|telf1|telefon|telefonnummer|tel|tel nr|τηλεφωνο|telefonszam"
        "|numer telefonu|nr telefonu"
    ),
    "customer_street": (
        "street|address|street address|address 1|address1|customer street|stras|strasse|adresse|anschrift|rue"
        "|διευθυνση|οδος|utca|cim|ulica|adres|strada|adresa"
    ),
    "customer_zip": (
        "zip|postcode|postal code|zip code|postalcode|customer zip|pstlz|plz|postleitzahl|code postal|τκ|"
        "ταχυδρομικος κωδικας|iranyitoszam|irsz|kod pocztowy|cod postal"
    ),
    "customer_city": "city|town|customer city|ort01|ort|stadt|ville|πολη|varos|miasto|miejscowosc|oras|localitate",
    "customer_country": (
        "country|country code|countrycode|customer country|land1|land|pays|χωρα|orszag|kraj|tara|eu land"
    ),
    "customer_vat": (
        "vat|vat id|vat number|vat no|tax id|customer vat|stceg|ust id|ustid|ust idnr|ustidnr|eu ust idnr"
        "|umsatzsteuer id|tva|numero tva|no tva|n tva|tva intracommunautaire|αφμ|adoszam|nip|cui|cif|cod fiscal"
    ),
    "customer_language": ("language|lang|customer language|spras|sprache|langue|γλωσσα|nyelv|jezyk|limba|sprach id"),
    "key": (
        "key|unique id|uuid|guid|entry id|entry key|item id|line id|open item id|entry number|entry no|posting id"
        "|transaction id|lfd nr|op id|posten id|laufnummer|bewegungs nr|identifiant|id ecriture"
    ),
    "document_number": (
        "document number|document no|document|doc no|doc number|doc id|invoice number|invoice no|invoice|invoice id"
        "|invoicenumber|inv no|reference number|voucher|voucher no|bill number|belnr|xblnr|zuonr|belegnummer|beleg nr"
        "|belegnr|beleg|belegfeld 1|belegfeld1|rechnungsnummer|rechnungsnr|rechnungs nr|rechnung|numero facture"
        "|no facture|n facture|facture|numero piece|piece|n piece|numero de document|αριθμος παραστατικου|παραστατικο"
        "|αρ παραστατικου|τιμολογιο|αριθμος τιμολογιου|bizonylatszam|bizonylat|szamlaszam|szamla szama|szamla sorszama"
        "|sorszam|numer dokumentu|nr dokumentu|numer faktury|nr faktury|dokument|faktura|numar document|nr document"
        "|numar factura|nr factura|factura|document nr|reference"
    ),
    "document_date": (
        "document date|doc date|invoice date|posting date|date|issue date|bldat|budat|document create date"
        "|invoicedate|belegdatum|rechnungsdatum|buchungsdatum|datum|ausstellungsdatum|date facture|date de facture"
        "|date piece|date document|date comptable|date ecriture|date operation|ημερομηνια|ημνια|ημερομηνια παραστατικου"
        "|ημερομηνια εκδοσης|ημ νια|kelt|kiallitas datuma|szamla kelte|teljesites|bizonylat kelte|datum bizonylat"
        "|data wystawienia|data dokumentu|data faktury|data|data document|data facturii|data factura|data emiterii"
    ),
    "due_date": (
        "due date|due|duedate|net due date|due in date|maturity|maturity date|payment due|payment due date|date due"
        "|netdt|faedt|zfbdt|faelligkeit|faelligkeitsdatum|falligkeit|falligkeitsdatum|faellig am|fallig am|zahlbar bis"
        "|nettofaelligkeit|nettofalligkeit|belegfeld 2|echeance|date echeance|date d echeance|date limite|ληξη"
        "|ημερομηνια ληξης|ημ νια ληξης|προθεσμια|esedekesseg|fizetesi hatarido|hatarido|esedekes"
        "|termin platnosci|data platnosci|termin zaplaty|scadenta|data scadenta|data scadentei|scadent"
    ),
    "currency": (
        "currency|currency code|ccy|curr|invoice currency|waers|wkz|wkz umsatz|waehrung|wahrung|waehrungskennzeichen"
        "|devise|monnaie|code devise|νομισμα|penznem|deviza|deviza nem|waluta|moneda|valuta"
    ),
    "amount": (
        "amount|document amount|invoice amount|gross amount|total amount|original amount|invoiceamount|gross|total"
        "|wrbtr|dmbtr|betrag|bruttobetrag|rechnungsbetrag|ursprungsbetrag|belegbetrag|umsatz|brutto"
        "|umsatz ohne soll haben kz|umsatz ohne s h kz|montant|montant ttc|montant facture|ttc|ποσο|αξια|συνολο"
        "|συνολικη αξια|osszeg|brutto osszeg|szamla osszege|vegosszeg|kwota|kwota brutto|wartosc|wartosc brutto"
        "|suma|valoare|valoare totala|total factura"
    ),
    "residual": (
        "residual|open amount|amount open|total open amount|outstanding|outstanding amount|amount due|balance"
        "|balance due|remaining|remaining amount|open balance|unpaid|unpaid amount|open|offen|offener betrag"
        "|offener posten|offen betrag|restbetrag|rest|saldo|op betrag|noch offen|solde|reste a payer|reste du"
        "|montant du|montant ouvert|impaye|υπολοιπο|ανεξοφλητο|ανεξοφλητο υπολοιπο|ανοιχτο ποσο|οφειλη|nyitott osszeg"
        "|hatralek|tartozas|egyenleg|kiegyenlitetlen|fennallo osszeg|nyitott|do zaplaty|pozostalo|saldo naleznosci"
        "|naleznosc|pozostalo do zaplaty|kwota pozostala|kwota do zaplaty|rest de plata|sold|ramas de plata|neachitat"
    ),
    "debit": "debit|debit amount|soll|sollbetrag|umsatz soll|χρεωση|tartozik|winien|wn|kwota wn",
    "credit": "credit|credit amount|haben|habenbetrag|umsatz haben|πιστωση|kovetel|ma|kwota ma",
    "direction": (
        "direction|debit credit|debit credit indicator|dc|shkzg|soll haben|s h|soll haben kennzeichen|sh|sens|s h kz"
    ),
    "kind": "kind|account type|ledger|koart|ar ap|receivable payable|kontoart|record type|type|typ",
    "paid_date": (
        "paid date|payment date|settled date|settleddate|clear date|clearing date|paid on|date paid|augdt"
        "|zahlungsdatum|bezahlt am|ausgleichsdatum|zahldatum|date paiement|date de paiement|date reglement"
        "|date de reglement|ημερομηνια εξοφλησης|ημερομηνια πληρωμης|fizetve|kifizetes datuma|fizetes datuma"
        "|data zaplaty|zaplacono|data platii|data incasarii"
    ),
}
"""Target -> names that mean it, in descending certainty, normalised as `normalise` does."""

TARGETS = tuple(SYNONYMS)


def normalise(header: object) -> str:
    """Return a name of a header in the form that names are compared in.

    >>> normalise("Fälligkeits-Datum"), normalise("DUE_DATE "), normalise("Ημ/νία λήξης"), normalise("InvoiceDate")
    ('falligkeits datum', 'due date', 'ημ νια ληξησ', 'invoicedate')
    """
    text = unicodedata.normalize("NFKD", str(header or "").casefold().replace("ł", "l"))
    plain = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())


@lru_cache(maxsize=1)
def _known():
    """Return {squeezed name: (target, place in its list)}; the first target that has a name keeps it."""
    found = {}
    for target, names in SYNONYMS.items():
        all_names = [target.replace("_", " "), *names.split("|")]
        for place, name in enumerate(all_names):
            found.setdefault(_squeeze(name), (target, place))
    return found


def _squeeze(header):
    return normalise(header).replace(" ", "")


def recognised(cells: Iterable[object]) -> int:
    """Return how many different things the names of a row mean; a row of data means few.

    >>> recognised(["Kundennummer", "Belegnummer", "Fälligkeit", "Saldo"]), recognised(["K1", "R7", "1.1.26"])
    (4, 0)
    """
    known = _known()
    return len({known[name][0] for cell in cells if isinstance(cell, str) and (name := _squeeze(cell)) in known})


def propose(headers: Sequence[str]) -> dict[str, str]:
    """Return the proposed mapping, {target: header}; each header serves once.

    >>> propose(["CustomerID", "invoiceNumber", "DueDate", "InvoiceAmount"])["amount"]
    'InvoiceAmount'
    >>> sorted(propose(["Debitor", "Beleg Nr.", "Beleg-Datum", "Fällig am", "Soll", "Haben"]))
    ['credit', 'customer_number', 'debit', 'document_date', 'document_number', 'due_date']

    An open item list needs who owes; a column with a name is the customer when there is no number:

    >>> propose(["Πελάτης", "Παραστατικό", "Ημερομηνία", "Σύνολο"])["customer_number"]
    'Πελάτης'
    """
    known = _known()
    best: dict[str, tuple[int, int, str]] = {}
    for column, header in enumerate(headers):
        if found := known.get(_squeeze(header)):
            target, place = found
            if target not in best or (place, column) < best[target][:2]:
                best[target] = (place, column, header)
    mapping = {target: best[target][2] for target in TARGETS if target in best}
    if "customer_number" not in mapping and "customer_name" in mapping:
        mapping["customer_number"] = mapping["customer_name"]
    return mapping


def missing(mapping: Iterable[str]) -> list[str]:
    """Return what a mapping lacks before a file can be read: targets, of which any one is enough.

    >>> missing(["customer_number", "document_number", "residual"]), missing(["due_date", "debit"])
    ([], ['customer_number', 'document_number'])
    >>> missing(["customer_number", "document_number"])
    ['residual']
    """
    given = set(mapping)
    lacking = [] if "customer_number" in given else ["customer_number"]
    if not given & {"document_number", "key"}:
        lacking.append("document_number")
    if not given & {"residual", "amount", "debit", "credit"}:
        lacking.append("residual")
    return lacking
