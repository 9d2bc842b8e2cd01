"""English sentences with names in them, made from templates of our own."""

import random
import re

from bench.names_material import people, places

SLOT = re.compile(r"\{(\w+)\}")
KIND = {
    "PER": "person", "FIRST": "person", "LAST": "person", "ORG": "organization", "ADDR": "address", "STREET": "address", "ROAD": "address", "UNIT": "address",
    "ZIP": "address", "LOC": "location", "CITY": "location", "COUNTRY": "location", "STATE": "address",
}  # fmt: skip

TEMPLATES = r"""
My name is {PER}.
my name is {PER} and my account number is {num}
Hi, I'm {PER} and I need help with my order {num}
Hi, this is {FIRST} from {ORG}.
Hello, {PER} here. Please call me back at {phone}.
This is {TITLE} {LAST} speaking.
I am {PER}, born {date}, and I live at {ADDR}.
I live at {ADDR}
i live in {CITY}
We live in {CITY}, {COUNTRY}.
I moved from {CITY} to {CITY} last month.
I grew up in {CITY} but now I live in {COUNTRY}.
She is from {COUNTRY} and he is from {CITY}.
Are you travelling to {COUNTRY} this year?
I'm flying to {CITY} on {day}, will my card work in {COUNTRY}?
My card was declined in {CITY} yesterday.
There is a charge from {CITY} that I don't recognize.
I was charged {money} by {ORG} and I never bought anything there.
I see a payment to {ORG} on my statement.
Why was my payment to {ORG} declined?
Please transfer {money} to {PER}.
Send {money} to {FIRST} please
can you send money to {FIRST} {LAST}
I want to pay {PER} {money} for the rent.
The beneficiary is {PER}, account {num}, bank {ORG}.
Please add {PER} as an authorized user on my card.
Please remove {PER} from my account.
Change the name on the account from {PER} to {PER}.
My surname is spelled {LAST}, not {LAST}.
My maiden name was {LAST}.
Last name: {LAST}\nFirst name: {FIRST}
First name: {FIRST}\nLast name: {LAST}\nCity: {CITY}\nCountry: {COUNTRY}
Name: {PER}\nAddress: {ADDR}\nPhone: {phone}
Name: {PER}\nCompany: {ORG}\nEmail: {email}
Full name: {PER}, date of birth: {date}
Customer: {PER} ({num})
Cardholder: {PER}
Account holder {PER} reported a lost card.
Ship to: {PER}, {ADDR}
Ship to:\n{PER}\n{ROAD}\n{UNIT}\n{CITY}, {STATE} {ZIP}
Deliver to {PER}\n{ROAD}\n{CITY}\n{COUNTRY}
Delivery address: {ADDR}
Billing address: {ADDR}
Shipping address is {ADDR}.
My new address is {ADDR}.
my address is {ADDR}
We have moved to {ADDR}, please update your records.
Please send the replacement card to {ADDR}.
Please deliver the package to {ADDR} before {day}.
The parcel was left at {ADDR} instead of {ADDR}.
Can you pick it up from {ROAD}?
I'm standing at {ROAD}, where is the driver?
Take me from {ROAD} to {ROAD}.
Our office is at {ADDR}.
The branch on {STREET} is closed.
Is the branch at {ROAD} open on {day}?
Which ATM is closest to {ROAD}, {CITY}?
The shop is on the corner of {STREET} and {STREET}.
He lives on {STREET}.
There was an accident on {STREET} this morning.
Turn left onto {STREET} and stop at number {n}.
The clinic moved to {ROAD} in {CITY}.
The hotel in {CITY} was dirty.
We stayed at a hotel near {STREET} in {CITY}.
How far is {CITY} from {CITY}?
What's the weather like in {CITY}?
Do you ship to {COUNTRY}?
How long does delivery to {COUNTRY} take?
Can I use the app in {COUNTRY}?
Shipping to {CITY}, {COUNTRY} costs {money}.
The train from {CITY} to {CITY} was two hours late.
Flights between {CITY} and {CITY} are cancelled.
{CITY} is beautiful in the spring.
{COUNTRY} won the match against {COUNTRY}.
{COUNTRY} and {COUNTRY} signed a trade agreement in {CITY} on {day}.
Police in {CITY} arrested two men on {day}.
The president of {COUNTRY}, {PER}, arrived in {CITY} on {day}.
Prime Minister {PER} said the talks in {CITY} were useful.
{PER}, a spokesman for {ORG}, declined to comment.
{PER}, chief executive of {ORG}, said sales rose {n} percent.
{ORG} said on {day} that it will buy {ORG} for {money}.
Shares of {ORG} fell {n} percent after the report.
{ORG} reported a quarterly profit of {money}.
{ORG} plans to open a factory in {CITY}, {COUNTRY}.
{CITY} - {ORG} announced on {day} that {PER} will step down.
{CITY} ({ORG}) - Oil prices rose on {day}.
{PER} scored twice as {CITY} beat {CITY} on {day}.
{PER} won the title in {CITY} after beating {PER}.
{LAST} and {LAST} were the best players of the game.
"{LAST} is a great coach," said {LAST}.
"We are happy," said {PER}, who lives near {CITY}.
"I never saw it," {LAST} told reporters.
According to {PER}, the company will move to {CITY}.
{PER} was born in {CITY} and studied at {ORG}.
{PER} ({date}) was a painter from {COUNTRY}.
The book by {PER} was published by {ORG}.
The film, directed by {PER}, stars {PER} and {PER}.
The new album by {PER} is out on {day}.
Have you read anything by {LAST}?
I listened to {PER} all day.
{PER}'s new song is stuck in my head.
{FIRST}'s phone was stolen in {CITY}.
I love how {FIRST} explains things.
Is {FIRST} coming tonight?
{FIRST} and {FIRST} are getting married in {CITY}.
Where is {FIRST}?
{FIRST}, are you there?
{FIRST}, could you please check invoice {num}?
Hi {FIRST},
Dear {FIRST},
Dear {TITLE} {LAST},
Dear {PER},\nthank you for your letter.
Hi {FIRST},\n\nThanks for your message. I will get back to you.\n\nBest regards,\n{PER}
Hi team,\nplease call {PER} at {phone}.\nThanks,\n{FIRST}
Best regards,\n{PER}\n{JOB}, {ORG}\n{phone}
Kind regards,\n{PER}\n{JOB}\n{ORG}\n{ADDR}
Sincerely,\n{PER}
Cheers,\n{FIRST}
Thanks, {FIRST}
Thank you {FIRST}, that worked!
thanks {FIRST}
hey {FIRST}, it's {FIRST}
{FIRST}: did you see my message?\n{FIRST}: yes, calling you now
Agent: How can I help?\nCustomer: My name is {PER}.
Agent: What is your address?\nCustomer: {ADDR}
Agent: Which city?\nCustomer: {CITY}
Bot: May I have your name?\nUser: {FIRST}
Bot: Which company do you work for?\nUser: {ORG}
{PER} <{email}> wrote:
From: {PER} <{email}>\nTo: {PER}\nSubject: invoice {num}
CC: {PER}, {PER}; {PER}
Attendees: {PER}, {PER}, {PER} and {FIRST}
@{FIRST} can you look at this?
I spoke to {FIRST} in your {CITY} branch.
I spoke with your agent {FIRST} {LAST} yesterday and he was rude.
Your colleague {FIRST} was very helpful.
The driver, {PER}, refused to help.
{TITLE} {LAST} will see you at {time}.
I have an appointment with {TITLE} {PER} on {day}.
Patient {PER} was admitted on {date}.
Patient name: {PER}. Referring doctor: {TITLE} {LAST}.
{TITLE} {LAST} prescribed me the wrong dose.
My son {FIRST} goes to school in {CITY}.
My wife {PER} has the same account.
My husband's name is {PER}.
My daughter {FIRST} and my son {FIRST} need passports.
my mother {FIRST} is {n} years old
My boss {FIRST} told me to ask.
My neighbor {PER} lives at {ROAD}.
The tenant, {PER}, of {ADDR}, has not paid.
The landlord is {PER}, {phone}.
In the event of my death everything goes to {PER}.
Emergency contact: {PER}, {phone}
Next of kin: {PER}
Witness: {PER}
Signed, {PER}
Booked under the name {PER}.
The reservation is under {LAST}.
It should be under {PER} or {LAST}.
Passenger {PER}, seat {n}A, {CITY} to {CITY}
Who is {PER}?
Do you know {PER}?
Have you met {FIRST} yet?
Please ask {FIRST} to call me.
Can I talk to {FIRST}?
Let {FIRST} know that I'm late.
Tell {FIRST} I said hi.
I was told by {FIRST} that it's free.
I gave it to {FIRST} and {FIRST} gave it to {FIRST}.
{FIRST} lost the keys again
{FIRST} is my best friend.
{PER} is the manager.
{PER} works at {ORG} in {CITY}.
{PER}, {JOB} at {ORG}
{PER} joined {ORG} as {JOB} in {year}.
I work at {ORG}.
I used to work at {ORG} in {CITY}
I have an interview with {ORG} on {day}.
We at {ORG} would like to cooperate.
I bought it from {ORG}.
I'm a customer of {ORG}.
{ORG} never answers the phone.
Is {ORG} a good company?
{ORG} is hiring.
Why is {ORG} down?
{ORG} is a software company based in {CITY}.
{ORG}, {ADDR}
{ORG}\n{ADDR}\n{phone}
The headquarters of {ORG} is in {CITY}.
The contract between {ORG} and {ORG} ends in {year}.
The invoice was issued by {ORG} to {PER}.
Invoice to: {ORG}, {ADDR}
Employer: {ORG}
Make the cheque out to {ORG}.
{ORG} and {ORG} merged in {year}.
{ORG}'s {JOB}, {PER}, resigned.
{ROAD}
{ROAD}, {CITY}
{ROAD}, {CITY}, {COUNTRY}
{ADDR}
{PER}\n{ADDR}
{PER}\n\n{ROAD}\n {UNIT}\n {CITY}\n {COUNTRY} {ZIP}
{PER}\n{ORG}\n{ROAD}\n{CITY} {ZIP}
{TITLE} {PER} {UNIT} {ROAD}\n{CITY} {STATE} {ZIP}
{PER}, {ROAD}, {UNIT}, {CITY}
{PER} {ADDR} {phone}
{PER}
{FIRST}
{CITY}
{COUNTRY}
{ORG}
> {PER}\n> {ORG}\n> {ROAD}\n> {CITY}
* {PER}\n* {PER}\n* {PER}
1. {PER}\n2. {PER}
City: {CITY}
Country: {COUNTRY}
Zip code: {ZIP}
my postcode is {ZIP}
Street: {ROAD}
Apartment: {UNIT}
Where: {CITY}
Venue: {ROAD}, {CITY}
Meet at {ROAD} at {time}
We meet at {ORG}, {ROAD}, {CITY} on {day}.
Her name is {FIRST}.
His name's {FIRST}, I think.
They call me {FIRST}.
call me {FIRST}
Everyone calls him {FIRST}
We named our dog {FIRST} and our cat {FIRST}.
I'm {FIRST}
It's {FIRST} again.
The {LAST} family lives in {CITY}.
The {LAST} case is closed.
the {ORG} website is slow
The {ORG} app keeps crashing on my phone.
The {ORG} office in {CITY} is closed.
The University of {CITY} was founded in {year}.
the city of {CITY}
{CITY} airport is closed because of snow.
the north of {COUNTRY}
northern {COUNTRY}
{PER} and {PER} met in {CITY}.
Met with {PER} and {PER} in {CITY}
{PER} met {PER} at {ORG} on {day}.
{COUNTRY}'s economy grew by {n} percent.
A ship sank off the coast of {COUNTRY}.
Troops from {COUNTRY} entered {CITY} on {day}.
Ticket {num}: {PER} cannot log in. Assigned to {FIRST}.
Refund approved for {PER}, {money}, order {num}.
Order {num} placed by {PER} from {CITY}
{PER} ordered {n} items, ship to {CITY}
Contract No. {num} between {PER} (buyer) and {PER} (seller)
I, {PER}, hereby confirm that I live at {ADDR}.
To whom it may concern: {PER} has been employed at {ORG} since {year}.
{PER} / {JOB} / {ORG}
{FIRST}, {FIRST} and {FIRST} were there
{LAST}, {LAST} and {LAST} founded {ORG} in {CITY}.
You should talk to {PER} or {PER}
said {FIRST}
"Hello," said {FIRST} to {FIRST}.
{FIRST} shouted at {FIRST}.
{FIRST} asked: "Is {FIRST} in {CITY}?"
Why did {FIRST} leave?
I miss {FIRST}.
I met {FIRST} {LAST} in {CITY}
a concert by {PER} in {CITY}
a tribute to {PER}
Written by {PER}, produced by {PER}
Photo: {PER}/{ORG}
By {PER}, {ORG}
{CITY}, {COUNTRY} - {n} people died when a bus crashed.
This novel by {LAST} is the best on the list, although {PER} disagrees.
The early {LAST} records are better than the late ones.
Unlike the {LAST} version, this one is slow.
Did you like the {PER} show last night?
It could be argued that {LAST} was inspired by {PER}, whose father came from {COUNTRY}.
{PER} (left) and {PER} at the premiere in {CITY}
In an interview with {ORG}, {PER} explained: "We wrote it about home."
"Most of it is awful," as our reader {PER} points out.
The {ORG} Choir was founded in {year} and sings all over {COUNTRY}.
{ORG} invites painters from all over the world to {CITY}.
{ORG} was the idea of three friends: {LAST}, {LAST} and {LAST}.
{ORG} is a Swedish bank and insurance company
In the 1980s, {ORG} spent millions on chips.
In {year} {ORG} became {ORG}.
She spent two years at {ORG} as an assistant to {PER}, then moved to {ORG} in {CITY}.
{LAST} began to paint as a child while living in {CITY}.
While studying law at the University of {CITY}, {LAST} met {PER}.
The bus stops at {ROAD}.
Get off at the corner of {STREET} and {STREET}.
You enter from {STREET}, not from {STREET}.
She lives on the south side of {STREET}.
The bank on {STREET} in {CITY} was robbed on {day}.
We'll meet on {day} at {ORG}, {ROAD}, {CITY}.
I'll see you at {ADDR} after work.
The parcel came to {ADDR} last night.
I used to live at {ADDR} but now I'm at {ADDR}.
Please confirm these details: {ADDR}
How do I change the address to {ADDR}?
Send the new card to {ADDR}, I'm in {CITY} on business.
Return to sender: {ADDR}
Return it to {ADDR} if found.
As discussed, here is {FIRST}'s address: {ADDR}
Here's the address you asked for:\n\n{ADDR}
Q: What is your address? A: {ADDR}
Q: What is your name? A: {PER}
What is your surname? {LAST}
What's your first name? {FIRST}
Who is your employer? {ORG}
Where do you live? {CITY}
Where were you born? {COUNTRY}
What was your mother's maiden name? {LAST}
Her married name is {LAST}.
He was named {FIRST} after his grandfather {PER}.
They have four children: {FIRST}, {FIRST}, {FIRST} and {FIRST}.
Why is {FIRST} always late?
I want to take my daughter {FIRST} off the account.
The account is under my wife's name, {PER}.
It's under my father's name {PER}
The name is wrong, it should be {TITLE} {PER}.
Please correct it to {TITLE} {PER}
Could you change it to {PER} please
Have you heard {PER} speak?
{PER} will speak at the conference in {CITY}.
{PER} from {ORG} gives the opening talk.
{PER} of {ORG}, {PER} of {ORG} and {ORG}'s {PER} were nominated.
{ORG}'s {PER} was named manager of the year.
"{COUNTRY} is on the right path," says {LAST}.
{COUNTRY} president warns of war
{PER}'s murderer jailed for life
Two tennis players from {COUNTRY} were detained, among them {PER}.
I was born in {COUNTRY} but I live in {COUNTRY}.
I'm in {CITY} for a wedding
Greetings from {CITY}!
The queen arrived in {CITY} from {COUNTRY} this morning.
I used to be a {JOB} at {ORG}, now I have no job.
{ORG} is an agency in {CITY}.
I'm {PER}, {n}, from {CITY}.
{PER}\n{JOB}\nPhone: {phone}\nAddress: {ADDR}
{PER}\n{CITY}\n{COUNTRY}
Directed by {PER}
Date: {date}\nName: {PER}\nPhone: {phone}
{ORG}\n\n{ADDR}
{PER}\n{ORG}\n{ADDR}\n{phone} office\n{phone} mobile
{PER}\n\n{ROAD}\n {UNIT}\n {CITY}\n {COUNTRY} {ZIP}\n{phone}
Bill to: {PER}\n    {ROAD} {UNIT}\n   {CITY}\n    {STATE}\n    {ZIP}
# {PER}\n# {ORG}\n# {ROAD}\n# {UNIT}\n# {CITY}\n# {COUNTRY} {ZIP}
{FIRST}: "Who is there?"\n{FIRST}: "It's me, {FIRST}'s sister."
{FIRST}: You did it!\n{FIRST}: I know, {FIRST}.
""".strip().splitlines()

NEGATIVES = r"""
Enter the {ACRONYM} and press OK.
Your {ACRONYM} has expired.
My {ACRONYM} is {num}
Here is the {ACRONYM}: {num}
I forgot my {ACRONYM} and my {ACRONYM}.
What is my {ACRONYM}?
The {ACRONYM} is wrong
{ACRONYM}: {num}
Is there an {ACRONYM} nearby?
Can I exchange {ACRONYM} for {ACRONYM}?
How do I change to {ACRONYM} from {ACRONYM}?
the {ACRONYM} does not work
How do I reset my password?
When will my refund arrive?
My card has not arrived yet.
I want to cancel my subscription.
Can I speak to a human please
WHY IS MY ORDER LATE???
The app crashes every time I open it.
I was charged twice for the same order.
What is the exchange rate for euros?
Please block my card, I lost it.
My Visa card was declined at the ATM.
I paid with Apple Pay and it failed.
Can I link Google Pay to the account?
My iPhone does not connect to the WiFi.
Windows 10 keeps asking for an update.
The Excel file is corrupt.
Please open the PDF attached.
The meeting is on {day} at {time}.
See you on {day}!
Happy New Year and Merry Christmas!
Is the office open on Labor Day?
We close at Easter and on Boxing Day.
I will be back in {month}.
My birthday is on {date}.
The order number is {num}.
Call me at {phone}.
My email is {email}
The total is {money}.
Invoice {num} is due in {month}.
The French government rejected the offer.
I love Italian food and Spanish wine.
She speaks German, Chinese and Arabic.
The American economy is slowing down.
European and Asian markets fell.
Dear Sir or Madam,
Dear Customer,
Dear Customer Service,
Dear Team,
Hello there,
Best regards
Kind Regards
Thank You
Good Morning
Excuse me, Sir, where is the exit?
Yes, Madam, of course.
Doctor, my head hurts.
The doctor said I should rest.
The manager was rude to me.
Your agent hung up on me.
My mother is ill.
my brother lost his job
My boss is angry.
The driver did not show up.
He is a very nice person.
She said it was fine.
They live near the river.
I live near the station.
I live on the third floor.
The street was empty.
The address is wrong.
My address has changed.
Please update my address.
What is your name?
What's your last name?
May I have your name and address, please?
Terms and Conditions apply.
Privacy Policy | Terms of Service | Contact Us
Click Here To Unsubscribe
Frequently Asked Questions
Title IX of the Civil Rights Act
Article 50 of the Treaty
Chapter 3: Hope and Wisdom
Courage and Patience are virtues.
Truth is stranger than fiction.
God bless you.
Monday is the worst day of the week.
March was cold and May was warm.
Will you mark the page?
Bill me later please
Grant me access to the folder
I hope to hear from you soon
Joy and grace filled the room.
The rose is red and the violet is blue.
The bank may call you.
Frank and open discussion is welcome.
A jack of all trades.
The king and the queen are dead.
Turkey is my favorite sandwich meat.
Put the china back in the cabinet.
The PIN is wrong.
I need a new SIM card.
The IBAN is invalid.
What is a SWIFT code?
Error 404: Page Not Found
HTTP 500 Internal Server Error
SELECT name FROM users WHERE id = {num}
def main(): return None
import numpy as np
TODO: fix the bug in the parser
NullPointerException at line {n}
The CEO and the CFO resigned.
The Chief Executive Officer resigned on {day}.
Senior Software Engineer with {n} years of experience
Looking for a Sales Manager
Bachelor of Science in Computer Science
Driving License required
I am a Nurse.
Vegetarian Pizza, Chicken Curry and Fried Rice
Add To Cart
Free Shipping On Orders Over {money}
Size: Medium, Color: Blue
Black Friday Sale
Season 2, Episode 5
Action, Comedy, Drama
Internet Explorer is slow.
Bluetooth headphones do not pair.
The patient is a {n} year old male with chest pain.
History of diabetes and hypertension.
Take two tablets twice a day.
He just turned {n}.
I'm {n} years old.
{n} {n} {n}
{num}
{date}
{phone}
{money}
Transaction {num} failed on {date} at {time}
Card ending in {n}
On the other hand, it was cheap.
However, nobody answered.
Unfortunately we can't help.
Meanwhile, prices rose.
Researchers found that sleep helps.
Scientists say the climate is changing.
Officials said the road would reopen.
Oil prices hit a record high.
Stocks rose on Wall Street.
Game 7 of the World Series
The Olympics begin in {month}.
The World Cup final
Life is short.
Nothing works!
No thanks.
Great service!
Never again.
Absolutely terrible experience.
Worst company ever
Not happy with this product
Very fast delivery, thank you
Does it come with a warranty?
It's raining cats and dogs.
Internet Banking is down.
Customer Support was useless.
Savings Account
Current Account
Credit Card Application
Direct Debit
Mobile Banking
""".strip().splitlines()
JOBS = (
    "Sales Manager|Software Engineer|Accountant|Marketing Director|Chief Executive|CEO|CFO|Head of Sales|Project Manager|Nurse|Teacher|Lawyer|Consultant|Data Analyst|Engineer|"
    "Customer Success Manager|Vice President|President|Technician|Civil drafter|Surgical technologist|dairy scientist|office clerk|designer|HR Manager|Founder|Partner|Researcher|Buyer"
).split("|")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ACRONYMS = "SSN PIN CVV IBAN VAT ID ATM KYC OTP URL FAQ SIM USB TV PC CEO CFO CTO HR IT PR GPS SMS PDF CSV API DVD CD BIC SWIFT CVC APR ETA ASAP FYI RSVP DIY USD EUR GBP AUD CAD CHF CNY JPY SEK NZD BTC NSFW AI VPN LAN WLAN NFC QR ISBN EAN SKU TIN EIN NINO DOB".split()
MONTHS = "January February March April May June July August September October November December".split()


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2026)
    return rng.choice(
        [
            f"{month}/{day}/{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day} {MONTHS[month - 1]} {year}",
            f"{MONTHS[month - 1]} {day}, {year}",
            f"{day}.{month}.{year}",
        ]
    )


def _phone(rng: random.Random) -> str:
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    shapes = (
        f"+{rng.randint(1, 99)} {digits(3)} {digits(3)} {digits(4)}", f"({digits(3)}) {digits(3)}-{digits(4)}", f"{digits(3)}-{digits(3)}-{digits(4)}", digits(10),
        f"0{digits(3)} {digits(6)}", f"{digits(3)}.{digits(3)}.{digits(4)}x{digits(3)}", f"({digits(2)}) {digits(4)} {digits(4)}",
    )  # fmt: skip
    return rng.choice(shapes)


def _email(rng: random.Random) -> str:
    return f"{people.given(rng).lower()}{rng.choice(['.', '', '_'])}{people.invented(rng).lower()}@{rng.choice(['example', 'mail', 'company', 'inbox'])}.{rng.choice(['com', 'org', 'net', 'co.uk'])}".replace(
        " ", ""
    )


MAKERS = {
    "PER": people.person, "FIRST": people.given, "LAST": people.surname, "ORG": places.company, "ADDR": places.address, "STREET": places.street,
    "ROAD": places.numbered_street, "UNIT": places.unit, "ZIP": places.postcode, "LOC": places.place, "CITY": places.city, "COUNTRY": places.country,
    "STATE": lambda rng: rng.choice(places.STATES),
    "TITLE": lambda rng: rng.choice(people.TITLES), "JOB": lambda rng: rng.choice(JOBS), "day": lambda rng: rng.choice(DAYS), "month": lambda rng: rng.choice(MONTHS),
    "ACRONYM": lambda rng: rng.choice(ACRONYMS), "date": _date, "phone": _phone, "email": _email, "num": lambda rng: str(rng.randint(10**4, 10 ** rng.randint(5, 16))), "n": lambda rng: str(rng.randint(1, 99)),
    "money": lambda rng: rng.choice([f"${rng.randint(1, 9999)}", f"{rng.randint(1, 999)} euros", f"£{rng.randint(1, 999)}.{rng.randint(10, 99)}", f"${rng.randint(1, 99)} million"]),
    "time": lambda rng: rng.choice([f"{rng.randint(0, 23)}:{rng.randint(10, 59)}", f"{rng.randint(1, 12)} pm"]), "year": lambda rng: str(rng.randint(1900, 2026)),
}  # fmt: skip


def sentence(rng: random.Random) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a made-up sentence and the (kind, start, end) of the names in it."""
    template = rng.choice(NEGATIVES if rng.random() < 0.25 else TEMPLATES)
    if rng.random() < 0.3:
        template += rng.choice([" ", " ", "\n", "\n\n"]) + rng.choice(NEGATIVES if rng.random() < 0.5 else TEMPLATES)
    text, marks = filled(template.replace("\\n", "\n"), rng)
    return cased(text, merged(text, marks), rng)


def filled(template: str, rng: random.Random) -> tuple[str, list[tuple[str, int, int]]]:
    """Put made-up values into the slots of a template."""
    text, found, last = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[last : slot.start()]
        value = MAKERS[slot[1]](rng)
        if slot[1] in KIND:
            found.append((KIND[slot[1]], len(text), len(text) + len(value)))
        text += value
        last = slot.end()
    return text + template[last:], found


def cased(text: str, found: list[tuple[str, int, int]], rng: random.Random) -> tuple[str, list[tuple[str, int, int]]]:
    """Sometimes write all in small letters, or all in capitals, as people do."""
    draw = rng.random()
    other = text.lower() if draw < 0.12 else text.upper() if draw < 0.16 else text
    return (other if len(other) == len(text) else text), found


def merged(text: str, marks: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Join the parts of an address that follow each other; a place at its end belongs to it."""
    out: list[tuple[str, int, int]] = []
    for mark in sorted(marks, key=lambda one: one[1]):
        joins = out and out[-1][0] == "address" and mark[0] in {"address", "location"}
        if joins and re.fullmatch(r"[\s,]{0,8}", text[out[-1][2] : mark[1]]):
            out[-1] = ("address", out[-1][1], mark[2])
        else:
            out.append(mark)
    return out
