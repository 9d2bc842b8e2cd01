"""Countries, cities, streets and companies, and makers of those that nobody has heard of."""

import random

from bench.names_material import people

COUNTRIES = (
    "Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|"
    "Bhutan|Bolivia|Bosnia and Herzegovina|Botswana|Brazil|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Central African Republic|Chad|"
    "Chile|China|Colombia|Comoros|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czech Republic|Denmark|Djibouti|Dominica|Dominican Republic|East Timor|Ecuador|Egypt|"
    "El Salvador|Equatorial Guinea|Eritrea|Estonia|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Greece|Greenland|Grenada|Guatemala|Guinea|"
    "Guinea-Bissau|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Jordan|Kazakhstan|"
    "Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Macau|Macedonia|Madagascar|Malawi|"
    "Malaysia|Maldives|Mali|Malta|Marshall Islands|Mauritania|Mauritius|Mexico|Micronesia|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|"
    "Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|Norway|Oman|Pakistan|Palau|Palestine|Panama|Papua New Guinea|Paraguay|Peru|Philippines|"
    "Poland|Portugal|Puerto Rico|Qatar|Romania|Russia|Rwanda|Saint Lucia|Samoa|San Marino|Sao Tome and Principe|São Tomé and Príncipe|Saudi Arabia|Senegal|Serbia|"
    "Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Swaziland|"
    "Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|Turkmenistan|Tuvalu|Uganda|Ukraine|"
    "United Arab Emirates|United Kingdom|United States|United States of America|Uruguay|Uzbekistan|Vanuatu|Vatican City|Venezuela|Vietnam|Western Sahara|Yemen|Zambia|"
    "Zimbabwe|England|Scotland|Wales|Northern Ireland|the UK|the US|the USA|the Netherlands|the Philippines|People's Republic of China|Côte d'Ivoire|Czechia"
).split("|")
CITIES = (
    "London|Paris|Berlin|Madrid|Rome|Vienna|Amsterdam|Brussels|Lisbon|Dublin|Copenhagen|Stockholm|Oslo|Helsinki|Warsaw|Prague|Budapest|Athens|Moscow|Kyiv|Istanbul|"
    "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose|Austin|Jacksonville|Fort Worth|Columbus|Charlotte|San Francisco|"
    "Indianapolis|Seattle|Denver|Washington|Washington, D.C.|Boston|Nashville|Detroit|Portland|Las Vegas|Memphis|Louisville|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|"
    "Sacramento|Atlanta|Kansas City|Miami|Oakland|Minneapolis|Tulsa|Tampa|New Orleans|Cleveland|Honolulu|Anchorage|Toronto|Montreal|Vancouver|Calgary|Ottawa|Edmonton|"
    "Winnipeg|Quebec City|Halifax|Mexico City|Guadalajara|Monterrey|São Paulo|Rio de Janeiro|Buenos Aires|Santiago|Lima|Bogotá|Caracas|Quito|La Paz|Montevideo|Havana|"
    "Cairo|Lagos|Nairobi|Johannesburg|Cape Town|Durban|Accra|Addis Ababa|Casablanca|Tunis|Algiers|Dakar|Kampala|Kigali|Lusaka|Harare|Tel Aviv|Jerusalem|Beirut|Amman|"
    "Damascus|Baghdad|Tehran|Riyadh|Jeddah|Dubai|Abu Dhabi|Doha|Muscat|Kuwait City|Karachi|Lahore|Islamabad|Mumbai|Delhi|New Delhi|Bangalore|Hyderabad|Chennai|Kolkata|"
    "Pune|Dhaka|Colombo|Kathmandu|Bangkok|Hanoi|Ho Chi Minh City|Phnom Penh|Kuala Lumpur|Jakarta|Manila|Cebu|Beijing|Shanghai|Guangzhou|Shenzhen|Chengdu|Hangzhou|"
    "Nanjing|Wuhan|Xi'an|Tianjin|Chongqing|Suzhou|Taipei|Seoul|Busan|Tokyo|Osaka|Kyoto|Nagoya|Sapporo|Fukuoka|Yokohama|Sydney|Melbourne|Brisbane|Perth|Adelaide|"
    "Canberra|Hobart|Auckland|Wellington|Christchurch|Manchester|Birmingham|Leeds|Liverpool|Glasgow|Edinburgh|Bristol|Sheffield|Cardiff|Belfast|Nottingham|Leicester|"
    "Newcastle|Southampton|Brighton|Oxford|Cambridge|York|Bath|Exeter|Plymouth|Norwich|Cork|Galway|Limerick|Munich|Hamburg|Cologne|Frankfurt|Stuttgart|Düsseldorf|"
    "Leipzig|Dresden|Hanover|Nuremberg|Zürich|Zurich|Geneva|Basel|Bern|Lausanne|Salzburg|Graz|Linz|Innsbruck|Lyon|Marseille|Toulouse|Nice|Nantes|Strasbourg|Bordeaux|"
    "Lille|Rennes|Montpellier|Barcelona|Valencia|Seville|Zaragoza|Málaga|Bilbao|Granada|Porto|Braga|Coimbra|Milan|Naples|Turin|Palermo|Genoa|Bologna|Florence|Venice|"
    "Verona|Rotterdam|The Hague|Utrecht|Eindhoven|Groningen|Antwerp|Ghent|Bruges|Liège|Gothenburg|Malmö|Uppsala|Bergen|Trondheim|Stavanger|Aarhus|Odense|Aalborg|"
    "Tampere|Turku|Espoo|Reykjavík|Kraków|Łódź|Wrocław|Poznań|Gdańsk|Brno|Ostrava|Plzeň|Bratislava|Košice|Debrecen|Szeged|Ljubljana|Maribor|Zagreb|Split|Belgrade|"
    "Novi Sad|Sarajevo|Skopje|Sofia|Plovdiv|Bucharest|Cluj-Napoca|Riga|Vilnius|Tallinn|Tartu|Minsk|Saint Petersburg|Kazan|Novosibirsk|Odesa|Lviv|Tbilisi|Yerevan|Baku|"
    "Almaty|Tashkent|Springfield|Riverside|Madison|Arlington|Salem|Fairview|Bristol|Clinton|Georgetown|Greenville|Franklin|Chester|Marion|Monroe|Malmesbury|St Ives"
).split("|")
CITY_HEADS = "Ash Oak Elm Green Black White Red Stone Clay Wood Spring River Lake Hill Brook North South East West New Old Mill Fair Mar Ham Win Bur Ches Dun Kirk Hart Shel Wil Brad Crow Fox Hay".split()
CITY_TAILS = "ton ford ham field ville burg bury wick ley mouth port dale wood stead worth by thorpe well brook bridge view creek mont haven minster chester".split()
CITY_FOREIGN = "heim dorf hausen ingen berg stadt bach au feld kirchen ów ice owo any ovice ín ec grad vac falva háza vár by borg vik sund ås köping torp järvi koski niemi ano ello eto ara ona ende egem rade hoek veen dam drecht ac ières ville sur-Mer".split()
CITY_PREFIX = "San|Santa|Santo|St|Saint|São|Sainte|Bad|Nova|Novi|Nový|Horní|Dolní|Veliko|El|La|Los|Las|Le|Port|Fort|Mount|Lake|Upper|Lower|Great|Little|Kampong|Villa|Puerto|Castel|Monte".split(
    "|"
)
CITY_SUFFIX = "Bay|Beach|Springs|Heights|Falls|Park|Creek|Hills|Valley|Junction|City|Harbour|Point|Vale|Grove|am Main|an der Thaya|nad Labem|u Brna|de la Sierra|del Campo|sur Seine|upon Tyne|on Sea|Etnea|Nord|2|1".split(
    "|"
)
STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY NSW VIC QLD "
    "SA WA TAS ACT ON QC BC AB MB SK NS NB BZ MI RM TO NA FI GE CH VD BE ZH BY NW HE VLG WHT VAN VOV RS SP RJ MG JR KA"
).split()
STATE_NAMES = "California Texas Florida Ohio Georgia Michigan Virginia Washington Arizona Massachusetts Tennessee Indiana Missouri Maryland Wisconsin Colorado Minnesota Alabama Louisiana Kentucky Oregon Oklahoma Connecticut Utah Iowa Nevada Arkansas Kansas Nebraska Idaho Hawaii Maine Montana Delaware Alaska Vermont Wyoming Ontario Quebec Alberta Victoria Queensland Tasmania Bavaria Saxony Tuscany Lombardy Sicily Andalusia Catalonia Brittany Normandy Provence Siberia Punjab Kerala Gelderland Limburg Flanders Scania Lapland Yorkshire Cornwall Kent Essex Surrey Devon".split()
STREET_TYPES = "Street St St. Road Rd Rd. Avenue Ave Ave. Lane Ln Drive Dr Boulevard Blvd Court Ct Place Pl Way Terrace Close Crescent Square Parkway Highway Circle Trail Row Mews Gardens Grove Hill Walk Alley Loop Ridge Pike Plaza Quay Wharf".split()
STREET_WORDS = (
    "Main High Church Park Oak Maple Pine Cedar Elm Walnut Chestnut Willow Birch Cherry Spruce Magnolia Sycamore Station Victoria King Queen Prince Market Mill Bridge River "
    "Lake Spring Hill Meadow Forest Garden School College University Union Liberty Washington Lincoln Jefferson Madison Jackson Franklin Adams Monroe Grant Sunset Sunrise "
    "Broad Water Front Canal Harbor Ocean Bay Beach North South East West First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth 2nd 3rd 5th 10th 21st 42nd 110th "
    "London York Windsor Albert George James Charles Nelson Wellington Albany Baker Regent Oxford Fleet Downing Abbey Castle Manor Orchard Vine Fox Deer Eagle Hawk Robin "
    "Martin Luther King Rosewood Highland Lakeview Hillcrest Fairview Ridgewood Brookside Woodland Riverside Greenwood Evergreen Redwood Silver Golden Crystal Diamond"
).split()
STREET_JOINED = {
    "german": (
        "straße strasse gasse weg platz allee ring damm ufer gürtel steig brücke lände",
        "Haupt Bahnhof Garten Schul Kirch Berg Wald Linden Rosen Goethe Schiller Mozart Ziegel Mühl Markt Königs Kaiser Lerchen Birken Feld Wiesen Dorf Post Auer Floridus Heiligengeist Untere Donau",
    ),
    "dutch": (
        "straat laan weg plein kade singel gracht dijk dreef hof pad steeg",
        "Kerk Dorps School Molen Stations Juliana Wilhelmina Beatrix Oranje Nassau Prins Hendrik Linden Eiken Beuken Kastanje Zee Haven Herfst Lozer Kapelanie Duizend Nete Noord Zuid",
    ),
    "nordic": (
        "gatan gata vägen vej vejen gade veien vegen katu tie kuja gränd stigen allé",
        "Stor Kung Drottning Kyrko Skol Björk Ek Lind Berg Sjö Strand Hansine Torv Nørre Sønder Vester Øster Kirke Skole Bakke Hamn Itätuulen Mänty Koivu Kirkko Asema",
    ),
}
STREET_BEFORE = {
    "french": (
        "rue|avenue|boulevard|place|chemin|impasse|allée|quai|Rue|Avenue|cours|route",
        "Victor Hugo|de la Paix|de la République|du Moulin|de l'Église|Jean Jaurès|Pasteur|des Lilas|Saint-Denis|Lafayette|Descartes|du Général de Gaulle|Gambetta|des Écoles|de Paris|Abdelaziz|des Fleurs|Montaigne|Voltaire",
    ),
    "spanish": (
        "Calle|Avenida|Plaza|Paseo|Carrera|Camino|C/|Ronda|Carretera",
        "Mayor|Real|de Alcalá|del Sol|San Juan|Santa Ana|de la Constitución|Gran Vía|Cervantes|Colón|de Toledo|Reyes Católicos|Miguel Hidalgo|5 de Mayo|de las Flores|Bolívar",
    ),
    "italian": (
        "Via|Viale|Piazza|Corso|Vicolo|Largo|Strada",
        "Roma|Garibaldi|Mazzini|Dante|Verdi|Cavour|Nazionale|della Repubblica|San Marco|dei Mille|Matteotti|Marconi|delle Rose|Vittorio Emanuele|Leopardi|Galvani",
    ),
    "portuguese": (
        "Rua|Avenida|Praça|Travessa|Largo|Estrada|Alameda",
        "da Liberdade|das Flores|do Comércio|25 de Abril|Augusta|de Santa Catarina|São João|das Pedras|do Carmo|Marquês de Pombal|Dom Pedro",
    ),
    "slavic": (
        "ul.|ulica|ulice|Aleja|al.|trg|náměstí|Trg|prospekt",
        "Lubartowska|Miła|Marszałkowska|Mickiewicza|Kościuszki|Długa|Polna|Leśna|Szkolna|Dworcowa|Nevsky|Lenina|Vodičkova|Dlouhá|Masarykova|Slovenčeva|Dalmatinova|Stadion|Žitna",
    ),
}
STREET_AFTER = {
    "hungarian": (
        "utca út útja tér körút köz rkp. u. sor fasor",
        "Petőfi Kossuth Rákóczi Dózsa György|Árpád fejedelem|Bem|Széchenyi|Ady Endre|Erzsébet|Bajcsy-Zsilinszky|Váci|Andrássy|Fő|Deák Ferenc|József Attila|Béke|Szent István",
    ),
    "slavic": (
        "cesta ulica třída náměstí ulice pot",
        "Slovenska|Celovška|Ljubljanska|Školní|Nádražní|Husova|Zahradní|Polní|Průmyslová|Dunajska|Tržaška|Velký průhon|Hlavní|Lesní|Zámecká",
    ),
}
UNITS = "Apt. {n}|Apt {n}|Suite {n}|Suite {s}|Unit {u}|Flat {u}|#{n}|Apartment {u}|Floor {u}|Room {n}|Apt. {n}|Suite {n}|Ste {n}|Level {u}|Building {l}|{u}th Floor".split(
    "|"
)
COMPANY_WORDS = (
    "Global Northern Southern Eastern Western Pacific Atlantic United National General First American British Royal Central Metro Premier Prime Summit Pinnacle Apex "
    "Vertex Quantum Fusion Nova Stellar Solar Lunar Orion Phoenix Falcon Eagle Lion Bear Wolf Blue Red Green Silver Golden Crystal Iron Granite Oak Cedar Maple River "
    "Ocean Harbor Bridge Tower Castle Crown Shield Anchor Compass Beacon Lighthouse Horizon Frontier Pioneer Heritage Legacy Liberty Union Alliance Trust Integrity Smart "
    "Bright Swift Rapid Clear Open Next Future Digital Cyber Cloud Data Net Web Info Tech Bio Medi Agri Eco Aero Auto Fin Edu Market Lending Energy Capital Health Food"
).split()
COMPANY_NOUNS = (
    "Solutions Systems Technologies Software Labs Group Holdings Partners Associates Consulting Services Industries Enterprises Bank Insurance Logistics Foods Energy Media "
    "Networks Pharmaceuticals Motors Airlines Hotels Properties Capital Ventures Securities Financial Analytics Robotics Research Institute Foundation University Hospital "
    "College Clinic Council Club Society Association Union Press Records Studios Pictures Entertainment Electronics Telecom Communications Transport Freight Construction "
    "Architects Design Brands Retail Stores Markets Appraisals Patents Explorer Report Data Review Agency"
).split()
COMPANY_ENDS = "Inc. Inc Ltd. Ltd LLC LLP Corp. Corp Corporation Company Co. plc PLC GmbH AG S.A. SA SpA BV NV AB AS Oy Pty Limited & Co. and Sons Group".split()
COMPANIES = (
    "Google|Microsoft|Apple|Amazon|Facebook|Meta|Netflix|Tesla|Uber|Lyft|Airbnb|Twitter|LinkedIn|Spotify|Oracle|IBM|Intel|Cisco|Dell|HP|SAP|Salesforce|Adobe|Nvidia|AMD|"
    "Samsung|Sony|LG|Nokia|Ericsson|Siemens|Bosch|BMW|Volkswagen|Toyota|Honda|Nissan|Ford|General Motors|General Electric|Boeing|Airbus|Lufthansa|Ryanair|Delta|"
    "United Airlines|British Airways|Emirates|FedEx|UPS|DHL|Royal Mail|USPS|Walmart|Target|Costco|Tesco|Sainsbury's|Aldi|Lidl|Ikea|H&M|Zara|Nike|Adidas|Puma|Coca-Cola|"
    "Pepsi|Nestlé|Unilever|Procter & Gamble|Johnson & Johnson|Pfizer|Moderna|Novartis|Roche|Bayer|AstraZeneca|GlaxoSmithKline|JPMorgan|JP Morgan Chase|Goldman Sachs|"
    "Morgan Stanley|Citibank|Bank of America|Wells Fargo|HSBC|Barclays|Lloyds|Santander|Deutsche Bank|UBS|Credit Suisse|BNP Paribas|ING|PayPal|Visa|Mastercard|"
    "American Express|Western Union|Revolut|Monzo|Stripe|Square|Deloitte|PwC|KPMG|Kpmg|Ernst & Young|McKinsey|Accenture|BBC|CNN|Reuters|Bloomberg|The Guardian|"
    "The New York Times|Financial Times|Entertainment Weekly|NASA|FBI|CIA|NATO|the United Nations|UNICEF|WHO|the European Union|EU|IMF|World Bank|Red Cross|"
    "Harvard University|Stanford University|Oxford University|MIT|Yale|Verizon|AT&T|T-Mobile|Vodafone|Comcast|Shell|BP|ExxonMobil|Chevron|Total|Starbucks|McDonald's|KFC|"
    "Burger King|Marriott|Hilton|Hyatt|Expedia|Booking.com|eBay|Etsy|Alibaba|Tencent|Huawei|Xiaomi|Lenovo|Baidu|Aviva|Allianz|AXA|Zurich Insurance|State Farm|Geico|"
    "Morningstar|Moody's|Equifax|Experian|Transunion|Weight Watchers|23 And Me|T Rowe Price|Yahoo|Onstar|Mapquest|Redfin|Zillow|Wolfram Research|Google Maps|"
    "Congress|Parliament|the Senate|the Federal Reserve|the European Central Bank|the Home Office|the White House|Manchester United|Real Madrid|Red Sox|Yankees"
).split("|")


def country(rng: random.Random) -> str:
    name = rng.choice(COUNTRIES)
    return name.removeprefix("the ") if rng.random() < 0.5 else name


def city(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.4:
        return rng.choice(CITIES)
    if draw < 0.55:
        name = rng.choice(CITY_HEADS) + rng.choice(CITY_TAILS)
    elif draw < 0.8:
        name = people.invented(rng).rstrip("aeiou") + rng.choice(CITY_FOREIGN)
    else:
        name = people.invented(rng)
    if rng.random() < 0.12:
        name = rng.choice(CITY_PREFIX) + " " + name
    if rng.random() < 0.12:
        name += " " + rng.choice(CITY_SUFFIX)
    return name.upper() if rng.random() < 0.08 else name


def place(rng: random.Random) -> str:
    draw = rng.random()
    return country(rng) if draw < 0.35 else city(rng) if draw < 0.9 else rng.choice(STATE_NAMES)


def street(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.45:
        name = (
            rng.choice(STREET_WORDS)
            if rng.random() < 0.6
            else people.surname(rng, "english" if rng.random() < 0.5 else None)
        )
        if rng.random() < 0.08:
            name = rng.choice(["N.", "S.", "E.", "W.", "North", "South", "Old", "New", "Upper", "Lower"]) + " " + name
        return f"{name} {rng.choice(STREET_TYPES)}" if rng.random() < 0.93 else name
    if draw < 0.6:
        tails, heads = STREET_JOINED[rng.choice(list(STREET_JOINED))]
        head = rng.choice(heads.split()) if rng.random() < 0.6 else people.surname(rng).split()[-1].replace("'", "")
        return head + rng.choice(["", "", "s", "e"]) + rng.choice(tails.split())
    if draw < 0.8:
        heads, names = STREET_BEFORE[rng.choice(list(STREET_BEFORE))]
        name = rng.choice(names.split("|")) if rng.random() < 0.6 else people.person(rng)
        return rng.choice(heads.split("|")) + " " + name
    if draw < 0.9:
        tails, names = STREET_AFTER[rng.choice(list(STREET_AFTER))]
        name = rng.choice(names.split("|")) if rng.random() < 0.6 else people.surname(rng)
        return name + " " + rng.choice(tails.split())
    return people.invented(rng) + rng.choice(["", " " + people.invented(rng)])


def number(rng: random.Random) -> str:
    n = rng.randint(1, 10 ** rng.randint(1, 4))
    return f"{n}{rng.choice('ABCabc')}" if rng.random() < 0.05 else f"{n:02d}" if rng.random() < 0.3 else str(n)


def numbered_street(rng: random.Random) -> str:
    name, draw = street(rng), rng.random()
    if draw < 0.5:
        return f"{number(rng)} {name}"
    if draw < 0.8:
        return f"{name} {number(rng)}" + ("." if rng.random() < 0.1 else "")
    if draw < 0.97:
        return f"{number(rng)} {name} {number(rng)}"
    return rng.choice(["P.O. Box ", "PO Box ", "p.o. box "]) + number(rng)


def unit(rng: random.Random) -> str:
    shape = rng.choice(UNITS)
    return shape.format(
        n=f"{rng.randint(1, 999):03d}", s=rng.randint(1, 99), u=rng.randint(1, 30), l=rng.choice("ABCD")
    )


def postcode(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.7:
        return f"{rng.randint(0, 99_999):05d}"
    if draw < 0.8:
        return f"{rng.randint(1000, 9999)}"
    if draw < 0.9:
        return f"{rng.choice('BCEGLMNRSW')}{rng.choice(['', rng.choice('ABELRW')])}{rng.randint(1, 20)} {rng.randint(1, 9)}{rng.choice('ABDEFG')}{rng.choice('HJLNPQ')}"
    return f"{rng.choice('KMVHT')}{rng.randint(1, 9)}{rng.choice('ABCG')} {rng.randint(1, 9)}{rng.choice('ABCG')}{rng.randint(1, 9)}"


def address(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.06:
        return (
            rng.choice(
                [
                    f"Unit {rng.randint(1000, 9999)} Box {rng.randint(1000, 9999)}",
                    f"USNS {people.surname(rng)}",
                    f"USS {people.surname(rng)}",
                    f"PSC {rng.randint(1000, 9999)}, Box {rng.randint(100, 9999)}",
                ]
            )
            + rng.choice(["\n", ", "])
            + rng.choice(["FPO", "DPO", "APO"])
            + " "
            + rng.choice(["AP", "AA", "AE"])
            + " "
            + postcode(rng)
        )
    if draw < 0.09:
        return f"the corner of {street(rng)} and {street(rng)}"
    breaks = rng.choice(["\n", "\n ", "\n    ", ", ", ", ", " ", " ", ",\n"])
    parts = [numbered_street(rng)]
    parts += [unit(rng)] if rng.random() < 0.45 else []
    town = city(rng)
    parts += [town.upper() if rng.random() < 0.2 else town] if rng.random() < 0.92 else []
    draw = rng.random()
    if draw < 0.4:
        parts.append(f"{rng.choice(STATES)} {postcode(rng)}" if rng.random() < 0.8 else rng.choice(STATES))
    elif draw < 0.8:
        parts.append(rng.choice([f"{country(rng)} {postcode(rng)}", country(rng), f"{postcode(rng)} {country(rng)}"]))
    elif draw < 0.9:
        parts.append(postcode(rng))
    if len(parts) > 2 and rng.random() < 0.3:
        return " ".join(parts[:2]) + breaks + breaks.join(parts[2:])
    return breaks.join(parts)


def company(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.3:
        return rng.choice(COMPANIES)
    if draw < 0.5:
        names = [people.surname(rng) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
        if len(names) == 1:
            return f"{names[0]} {rng.choice(COMPANY_ENDS + COMPANY_NOUNS)}"
        if len(names) == 2:
            return rng.choice(["-", " & ", " and "]).join(names) + (
                " " + rng.choice(COMPANY_ENDS) if rng.random() < 0.3 else ""
            )
        return f"{names[0]}, {names[1]} and {names[2]}"
    head = rng.choice(COMPANY_WORDS)
    draw = rng.random()
    if draw < 0.25:
        head += rng.choice(
            [
                "",
                "ify",
                "ly",
                "io",
                "ware",
                "ix",
                "ex",
                "a",
                "tech",
                "soft",
                "net",
                "link",
                "point",
                "wise",
                "path",
                "hub",
                "ster",
                "list",
                "zoom",
                "rise",
                "scope",
            ]
        )
    elif draw < 0.35:
        head = people.invented(rng)
    elif draw < 0.45:
        head = city(rng)
    elif draw < 0.5:
        head = "".join(rng.choice("ABCDEFGHIKLMNOPRSTV") for _ in range(rng.choice([2, 3, 3, 4])))
    if draw >= 0.3 or rng.random() < 0.4:
        head += " " + rng.choice(COMPANY_NOUNS)
        head += " " + rng.choice(COMPANY_NOUNS) if rng.random() < 0.15 else ""
    return head + (" " + rng.choice(COMPANY_ENDS) if rng.random() < 0.3 else "")
