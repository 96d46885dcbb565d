"""Messages of our own writing that chats about the news have too few of: small talk, help, chores, and questions about
the article that was quoted.

They are written as people type; `training.kinds` adds errors of typing. Of each sort every fifth is kept for measuring.
"""

from typing import Final

from bot.query.kinds import MessageKind, Topic

WRITTEN: Final[dict[Topic, str]] = {
    Topic.GREETING: """
hi|hello|hey|hi there|hello there|hey there|hiya|good morning|good evening|good afternoon|morning|evening all|yo|sup
howdy
hi bot|hello bot|hey bot|hello newsquote|hi newsquote|hey, anyone there?|hello? anyone|is anybody there|are you there
you there?
u there|hey you|greetings|good day|hello friend|hi again|hello again|hey im back|back again|hi how are you|how are you
how are you doing|how r u|hows it going|how is your day|whats up|wassup|what's up bot|hello how are you today
hey how are things
good to see you|nice to meet you|pleased to meet you|heyyy|hiii|helloooo|gm|hi good morning|hallo|hey hey|hi everyone
hi all
hello my friend|hey buddy|hi mate|hello sir|hi dear|start|lets start|can we start|let's begin|test|testing
just testing|ping
hello world|hi hi|good night to you too|happy new year|merry christmas|happy birthday|have a nice weekend
how was your weekend
hope you are well|how do you feel|are you ok|you ok?|im bored|i am bored|talk to me|can we chat|lets talk|wanna chat
""",
    Topic.THANKS: """
thanks|thank you|thx|ty|tysm|thank u|thanks a lot|thanks so much|many thanks|thank you very much|thanks!|cheers
cheers mate
ta|much appreciated|appreciate it|i appreciate that|thanks for that|thanks for the info|thank you for your help
thanks bot
thanks that helps|that helps|that helped a lot|that was helpful|very helpful|super helpful|useful, thanks|great thanks
perfect thanks|perfect|great|awesome|excellent|brilliant|nice|nice one|nice work|good job|well done|good bot
good answer
great answer|nice answer|love it|i love this|this is great|this is really good|you are great|you rock|youre the best
best bot ever|amazing|wow|wow thanks|wow cool|cool thanks|cool|sweet|lovely|wonderful|fantastic|impressive
im impressed
ok thanks|okay thank you|ok thx|k thx|alright thanks|got it thanks|good to know thanks|thats all thanks|no thanks
that's all, thank you|exactly what i needed|just what i was looking for|clever|smart bot|you are smart|thats good
good stuff|you're awesome|nice bot|i like you|i like this bot|ur good at this|respect|bravo|hats off|merci|gracias
danke
5 stars|ten out of ten|that was quick|fast answer wow|so fast|appreciated|thank god|thanks again|thank you again
""",
    Topic.FAREWELL: """
bye|goodbye|bye bye|byebye|see you|see ya|cya|see you later|see you tomorrow|later|laters|talk later
talk to you later|ttyl
good night|night|nite|gn|have a good day|have a nice day|have a good one|take care|im off|i'm off|gotta go|got to go
i have to go now|i need to go|thats all for today|that is all|thats it for now|im done|i am done|done for today
all done
farewell|until next time|till tomorrow|ciao|adios|over and out|ok bye|thanks bye|bye for now|bye then|enough for today
i will be back|ill be back|brb|going to bed|off to bed|time to sleep|so long|peace|peace out|catch you later
""",
    Topic.OK: """
ok|okay|k|kk|okey|okay then|ok then|alright|all right|right|i see|ah i see|oh i see|ah ok|oh ok|aha|ah|oh|hm|hmm|hmmm
mhm|uh huh
got it|understood|understand|makes sense|that makes sense|fair enough|fair|sure|yes|yeah|yep|yup|yes please|no|nope
nah|no idea
not really|maybe|perhaps|probably|i guess|i think so|i guess so|who knows|whatever|never mind|nevermind|nvm|forget it
skip
interesting|very interesting|thats interesting|lol|haha|hahaha|lmao|rofl|funny|thats funny|omg|oh my god|wow ok

no way|crazy|thats crazy|thats sad|so sad|how sad|poor guy|poor people|terrible|thats terrible|awful|shame
what a shame
sorry|sorry my bad|my bad|oops|wait|one moment|hold on|one sec|just a second|let me think|good|fine|im fine|i'm good
same
agreed|true|exactly|correct|thats right|of course|obviously|good question|dunno|idk|please|pls
""",
    Topic.WHO: """
who are you|who r u|what are you|what r u|who am i talking to|whos this|are you a bot|are you a robot
are you human
are you a person|are you real|are you a real person|is this a bot|am i talking to a machine|are you an ai|are you ai
r u ai
are you chatgpt|is this chatgpt|are you gpt|are you an llm|do you use ai|do you use chatgpt|are you a language model
what is your name|whats your name|your name?|do you have a name|who made you|who built you|who created you
who wrote you
who programmed you|who owns you|who runs this bot|who is behind this|who is your boss|whose bot is this
how old are you
when were you born|where are you from|where do you live|are you a journalist|do you write the articles|are you alive
are you male or female|do you have feelings|do you sleep|are you smart|how smart are you|what model are you
which model is this|introduce yourself|tell me about yourself|who are you and what do you do|what is this bot

what is newsquote|whats newsquote|is this an official bot|are you from a newspaper|do you belong to a newspaper
who pays for this|are you free|is this free|do you cost anything|can i trust you|why should i trust you|do you lie
are you biased|are you neutral|do you have opinions|what do you think|do you store my data|are you spying on me
""",
    Topic.HELP: """
help|help me|help please|pls help|i need help|can you help me|could you help|what can you do|what do you do
what can u do
what are you able to do|what can i ask|what can i ask you|what should i ask|what can i do here|what do i do now
how does this work|how do you work|how do i use this|how to use this bot|how do i use you|how to use
how do i ask a question|how do i search|how can i search|how do i search for a name|how do i search by date
can i search by source|can i search one newspaper only|how do i limit the dates|how do i filter|is there a manual
instructions
instructions please|usage|commands|what commands are there|list of commands|show commands|menu|options|settings
features
what are your features|explain how you work|show me an example|give me an example|example?|examples please
example question
what kind of questions can i ask|which topics do you know|what topics do you cover|what do you know
what do you know about
which newspapers do you have|which papers do you read|what sources do you use|where do you get your news
where is your data from
how many articles do you have|how big is your archive|how far back do your articles go|how up to date are you
how current is your news|how often are you updated|can you search the internet|do you have internet|can you google
do you search the web|can you answer anything|can you answer everything|do you know everything|what cant you do
what are your limits|can i send you a voice message|can i send a picture|can i ask in german|do you speak french
do you speak russian
what languages do you speak|which languages do you understand|can you translate|can you speak spanish
can i add an article
how do i add articles|can i send you an article|how do i delete my data|how do i delete this chat|how do i start over
start over|new conversation|reset|how do i reset this|clear the chat|can i share this|how do i see more
where is the menu
i dont understand how this works|i dont get this bot|im new here|first time here, what do i do
and now what do i do
how do i give feedback|how do i report a mistake|why do you only quote|why do you answer with quotes
why dont you just answer
can you summarise things|do you do summaries|can i ask follow up questions|do you remember what i asked
what can u do for me|what do u do here
""",
    Topic.COMPLAINT: """
wrong|thats wrong|that is wrong|this is wrong|wrong answer|incorrect|not correct|thats not true
that is not what i asked
not what i asked|thats not what i meant|i didnt ask that|you didnt answer my question|you did not answer
answer my question
answer the question|that doesnt answer my question|that's not an answer|no thats not it|not helpful|unhelpful|useless
this is useless
useless bot|you are useless|stupid|stupid bot|you are stupid|ur stupid|dumb|dumb bot|youre dumb|idiot|you idiot|moron
what an idiot
you suck|this sucks|you are bad|bad bot|worst bot ever|terrible bot|rubbish|garbage|trash|nonsense|bullshit
what the hell|wtf
wtf is this|crap|this is crap|piece of crap|shut up|fuck you|fuck off|f u|screw you|damn you|go to hell|i hate you
hate this
you know nothing|you dont know anything|you dont understand|you don't understand me|you never understand
do you even read
are you stupid|are you dumb|are you kidding me|are you serious|seriously, thats your answer|this makes no sense
makes no sense
that makes no sense at all|you are lying|liar|you lie|fake news|thats fake|so slow|why are you so slow|broken
you are broken
it doesnt work|this doesnt work|not working|try again|do better|you can do better|think again|disappointing
i am disappointed
boring|you are boring|lame|what a waste of time|waste of time|google is better|chatgpt is better than you
i want a human
let me talk to a human|give me a real person|who trained you, a monkey|learn to read|you misunderstood
you misunderstand me
you got that wrong|no you are wrong|you keep repeating yourself|you said that already|same answer again
i asked you something else
""",
    Topic.CHORE: """
tell me a joke|tell me something funny|make me laugh|sing a song|sing for me|play some music|play a song
can you play salsa
write me a poem|write a poem about the sea|write a birthday card for my mum|help me write an email to my boss
write my cv
can you help me with a cover letter|write an essay about freedom|do my homework|help me with my maths homework
solve this equation
whats 12 times 17|what is 15% of 340|calculate 20 percent of 90|how much is 5 plus 8|square root of 144
convert 5 miles to km
how many grams in an ounce|how many cups in a litre|how many minutes in a year|what time is it|what day is it today
set an alarm for 7
set a timer for ten minutes|remind me to call mum|add milk to my shopping list|order me a pizza|order a taxi for 6
book me a hotel|book a table for two tonight|can you book a flight to rome|call me a cab|buy tickets for me
send an email to anna
weather tomorrow|will it rain tomorrow|whats the weather like|do i need an umbrella|how hot is it outside
weather in lisbon
recipe for pancakes|how do i make pancakes|easy pasta recipe|how long do i boil an egg|how to cook rice
what should i cook tonight
how do i get wine out of a carpet|how to clean an oven|how do i unclog a sink|how do i fix my wifi
my printer does not work
how do i reset my phone|how do i tie a tie|how do i change a tyre|how do i lose weight|good exercise for the back
what helps against a headache|tea for a sore throat|i have a cold what should i take|should i see a doctor
which film should i watch
recommend me a book|good series on netflix|best restaurant near me|where can i eat sushi|cheap hotels in paris
best phone to buy
which laptop should i buy|should i buy bitcoin|should i sell my shares|what shares should i buy
give me lottery numbers
read my horoscope|what is my star sign|do you love me|will you marry me|be my girlfriend|flip a coin|roll a dice
pick a number
lets play a game|play chess with me|tell me a story|tell me a fun fact|say something in japanese
translate hello into french
how do you say thank you in korean|how do you spell necessary|what rhymes with orange|meaning of life
what is the meaning of life
write some python code|write a function that sorts a list|fix my code|draw me a cat|make a picture of a dog
name for my cat
gift ideas for dad|what should i wear today|motivate me|give me advice|i had a bad day|i broke up with my girlfriend
what should i do with my life|how do i make friends|how do i make money fast|find me a job|are there aliens
does god exist
""",
    Topic.NEWEST: """
news|news?|the news|any news|any news?|any news today|any news today?|whats new|what's new|what is new
whats new today|what's new today?
what is new today|anything new|anything new?|anything new today|new?|whats the news|what is the news
whats the news today
what is in the news|whats in the news|whats in the news today|whats on the news|latest news|latest|the latest
latest news please
show me the latest news|show me the news|give me the news|give me the latest|give me todays news|todays news
today's news
news today|news of today|news of the day|news please|top news|top stories|top stories today|main stories|main news
main news today
headlines|the headlines|todays headlines|headlines please|headlines today|give me the headlines|show headlines
latest headlines
whats happening|what is happening|what's happening today|what is happening in the world|whats going on
whats going on today
whats going on in the world|what is going on|what happened today|what happened yesterday|what happened this week
what did i miss|what have i missed|catch me up|catch me up on the news|bring me up to date|update me|updates
any updates|any updates today
newest articles|newest|the newest articles|latest articles|show me the newest articles|most recent articles
recent articles|recent news
what came in today|whats fresh|fresh news|breaking news|any breaking news|breaking|anything important today
anything interesting today
anything big today|what do you have for me|what have you got today|what have you got|morning news|this mornings news
evening news
news this week|this weeks news|what was in the news this week|whats hot|whats trending|what is everyone talking about
what should i know today|summary of todays news|summarise todays news|a summary of the news|news summary
daily briefing|briefing
tell me the news|tell me whats new|tell me what happened today|anything i should know|world news|new stories
latest stories
other news|any other news|what else is new|what else is in the news|what else happened today
something else, whats new today
""",
    Topic.ARTICLE: """
where is that from|where is this from|where's that from|wheres this from|where does that come from
where does this come from
where did you get that|where did you get this|where did you get that from|where did you read that
where did you find that
where did that come from|where can i read that|where can i read this|where can i read more
where can i read the whole article
where can i find the article|where was that published|where was this published|where was it published
where was that written
which paper|which paper?|what paper|which paper is that|which paper is this from|which paper wrote that
which paper said that
which newspaper|which newspaper is that from|what newspaper is this|which newspaper wrote this|what outlet is this
which outlet
which outlet is that|which outlet reported that|which site|which site is that from|which website
what website is this from
which article|which article is that|which article is this from|which article says that|what article
what article is that from
in which article|in which paper|in which newspaper|in what paper was that|from which paper|from which article
from where
source|source?|sources?|the source|your source|whats the source|what is the source|what's the source of that
whats your source
source please|source pls|give me the source|show me the source|can i see the source|can i get a source
do you have a source
got a source|got a source for that|got a link|link|link?|link please|link pls|the link|url|url?|url please
give me the link
send me the link|send link|do you have a link|is there a link|can i have the link|can you give me the link
whats the link
link to the article|link to that|link to the story|can i see the article|show me the article|open the article
full article
full article please|the full article|the whole article|can i read the whole article|read the article|original article
original
show the original|where is the original|when was that published|when was this published|when was it published
when was that written
when was this written|when did that come out|when did this come out|when is that from|when is this from|from when
from when is that
from when is this|date of the article|date of that article|whats the date of the article|what date is that
what date is this from
what date is that article|what day was that written|what day was that published|publication date|publishing date
how old is that
how old is this article|how old is that article|how old is this news|how old is this info|is that recent
is this recent
is that article new|is this old|is this an old article|is that old news|how recent is this|how recent is that
how current is that
is that still current|is this still up to date|is that up to date|is this from today|is that from today
is this from this week
who wrote that|who wrote this|who wrote that article|who wrote the article

who is the reporter|who reported that|who reported this|who published that|who published this
which reporter
which journalist wrote this|name of the journalist|who says that, which paper|says who, which paper|what is the title
title
title of the article|whats the headline|headline of that article|what is the article called
what is that article called
is that from the bbc|is this from reuters|is that from cnn|is this from the guardian|is that a newspaper
is that from a blog
which agency is that from|is that a reliable source|is this source reliable|cite your source|citation|citation please
reference
reference please|whats the reference|proof|any proof|can you prove it|how do you know that|how do you know
how do you know this
where do you know that from|according to which paper|where does it say that
where in the article is that|which one is that from|where is the second one from|where is the first quote from
where is quote 2 from|source of the second quote|link to the first one|when was the second one published
date of the last one
""",
}
"""Each between bars or line ends."""

SUBJECT_QUESTIONS_ABOUT_ARTICLES: Final = """
which paper had the {0}|which paper wrote about {0}|which newspaper reported {0}|where is the {0} from
where did you read about {0}
when was the article about {0} published|when was the story on {0} written|who wrote the article about {0}
link to the {0} article
link for {0}|source for {0}|source for the {0} thing|whats the source for {0}|which article mentions {0}
where does it say {0}
the {0}, where is that from|{0}, which paper is that from|from when is the article on {0}|date of the {0} article
who reported {0}
"""
"""Questions about an article that name what it tells; a subject stands in the gap."""

REQUESTS: Final[dict[MessageKind, str]] = {
    MessageKind.OVERVIEW: """
{0} summary|summary {0}|{0} recap|recap of {0}|quick recap {0}|{0} explained|explain {0}|explain {0} to me|{0} overview
{0} in short|{0} in a nutshell|{0} tldr|tldr {0}|tl;dr {0}|catch me up on {0}|fill me in on {0}
get me up to speed on {0}
bring me up to date on {0}|give me a rundown of {0}|rundown {0}|eli5 {0}|{0} eli5|key facts {0}|{0} key points
main points of {0}
{0} basics|the gist of {0}|whats the gist of {0}|sum up {0}|sum up {0} for me|summarise {0}|summarize {0} pls
whats the deal with {0}|whats the story with {0}|whats {0} about|whats {0} all about|what is this {0} thing
what do i need to know about {0}|what should i know about {0}|everything about {0}|all about {0}|brief me on {0}
{0} briefing|{0} short version|short version of {0}|{0} in a few words|{0} for dummies|what is going on with {0}
do you have anything on {0}|do you have information about {0}|got anything on {0}|have you got something about {0}
do you know anything about {0}|what do you know about {0}|what do you have on {0}|can you tell me about {0}
can you explain {0}|can you explain {0} to me please|please explain {0}|could you tell me more about {0}
i want to know about {0}
i would like to read about {0}|i need information on {0}|im looking for articles on {0}|any articles about {0}
find me something on {0}|search for {0}|look up {0}|show me {0}|tell me about {0}|what do you mean by {0}
i meant {0}|no i mean {0}|sorry, i meant {0}|i was asking about {0}|talk to me about {0}|help me understand {0}
whats up with {0}|i know nothing about {0}|never heard of {0}, what is it|{0}?? what happened|so what happened with {0}
""",
    MessageKind.TIMELINE: """
{0} timeline|timeline {0}|timeline of {0}|{0} chronology|{0} day by day|{0} step by step|{0} from the start
how did {0} unfold|history of {0}|{0} history|dates of {0}|{0} key dates|sequence of events {0}|{0} so far in order
what happened when with {0}
""",
    MessageKind.LATEST: """
{0} latest|latest {0}|{0} news|news {0}|{0} update|updates on {0}|{0} today|{0} now|anything new on {0}|whats new {0}
{0} status|where do things stand with {0}|{0} current state
""",
}
"""Requests of a few words that name a subject, which stands in the gap."""

NEAR_MISSES: Final[dict[MessageKind, str]] = {
    MessageKind.FACT: """
when was that|when was this|when was it|when did that happen|when is that|when did it start|where was that
where was this
where is that|where did that happen|who was that|who was it|who is she|who are they|who is this man|who is that guy
who did that
what was that|what is that|which one|which one is that|which one was it|where is he from|where is she from
where are they from
where does he come from|where did they come from|where did the money come from|where did they get the money
where did they get the weapons from|where did he get the gun|where did they find him|where did they find the body
where was he found
when was the book published|when was the report published|when did the film come out|when was the album released
when was the law written|when was the letter written|who wrote the book|who wrote the song|who wrote the letter
who wrote the report
who published the study|who published the photos|who made the film|who reported him|who reported the crime
who found it
which paper does he own|which newspaper did she work for|which newspaper closed|which site was attacked
which site was bombed
what is the film called|what is the ship called|title of the film|title of the book|name of the ship
name of the author of the book
how old is he|how old was she|how old is the bridge|how old is the building|date of the trial|date of the election
what date was it
what day was it|source of the leak|source of the fire|source of the infection|source of the money
whats the source of the smell
what is his link to the mafia|who was the source|what was the original plan|what was the original price
from where to where
from which country|from which club|in which city|in which country|which article of the law|which agency runs it
what outlet did it use
what can they do now|what can the police do|what does he do|what does she do for a living|what can we do about it
what help do they get
who made it|who built it|who owns it|who runs it|who pays for it|who created it|what is it called|what was his name
what is her name
whats the name of the bot|what is the new rule|who is the new coach|who is the new leader|what is the new name
whats the new price
new date|new price|what did the app do|who will help them|how do i apply|how do i vote|how can i register
how do people get help|what should people do now|what can i do if i lose my house|if i was on that flight
what if they say no|what if it happens again|i live there, what should i do|i own one of these, is it safe
i have shares in it, what now
i work there, will i lose my job|my flight is cancelled what can i do|i cant find where it says how many
i still dont know how many died|i dont understand why they did it|i dont get how the money disappeared
what do i do if mine is recalled
can i still go there|can you tell me how many died|can you tell me who won|do you know when it opens
do you know who did it|could you say how much it cost|tell me how much it costs|please tell me when it starts
i want to know who paid for it
i was asking how many, not why|i meant the other driver|no the second one|help me find the name of the judge
advice for people who live there
tips for voters|what is recommended|what do they recommend|what do experts recommend for travellers
any tips for people who fly|what advice did they give
""",
    MessageKind.WHY_HOW: """
how does it work|how does that work|how do they work|how does the new rule work|how does the app work|how did it work
how do they do it
how do they know|how does she know that|how did they know that|how could that happen|how did that happen
why did they help
how was it found|how was it written|how did the paper get it|how did they publish it|why was it published
how will it help
""",
    MessageKind.YESNO: """
is that true|is it true|is he ok|are they ok|is she free|is he human|is the bot free|are they real|is it free
is it real|was it a joke
is that new|is it new|is it old|is it from china|is he from there|was that published|did they publish it
did he write it|did she say that
did they lie|did he lie|is he a liar|is he stupid|was it wrong|were they wrong|is it useless|is the site down
is the link broken
do they speak english|does he speak french|can they search the house|did they search the car|did they help
can they help
""",
    MessageKind.LATEST: """
and now|what now|any update on him|any news on her|whats new with him|anything new on that|latest on it
is there news on the case
any news on the deal|news on the strike|new developments there|what is the latest with that|update on the trial
""",
    MessageKind.SAID: """
who says so|says who|who said so|who said that|according to whom|what did he say|what does she think
what do they think
what do you hear from the minister|what did the paper say to him|what did the bot say|what did the author say
""",
}
"""Questions about the news that look like those above."""

IN_FRONT: Final = (
    "hi, ", "hello, ", "hey ", "thanks, ", "thx. ", "thank you. ", "ok, ", "ok ", "okay so ", "lol ", "haha ",
    "i see. ", "good morning, ", "sorry, ", "pls ", "please ", "wow, ", "hm ", "great, ", "cool. ", "hi there, ",
    "right, ", "no, ",
)  # fmt: skip
"""Small talk that stands in front of a question, and must not be taken for all of it."""
BEHIND: Final = (" please", " pls", " plz", " thanks", " thx", " lol", " haha", " bro", " ty")


def written(topic: Topic, *, held_out: bool) -> list[str]:
    """Return what was written of one sort: what is learnt from, or what is kept for measuring."""
    return _part(WRITTEN[topic], held_out=held_out)


def near_misses(kind: MessageKind, *, held_out: bool) -> list[str]:
    """Return questions about the news that look like something else, likewise."""
    return _part(NEAR_MISSES[kind], held_out=held_out)


def questions_about_articles(*, held_out: bool) -> list[str]:
    """Return questions with a gap for a subject, likewise."""
    return _part(SUBJECT_QUESTIONS_ABOUT_ARTICLES, held_out=held_out)


def requests(kind: MessageKind, *, held_out: bool) -> list[str]:
    """Return requests with a gap for a subject, likewise."""
    return _part(REQUESTS[kind], held_out=held_out)


def _part(texts: str, *, held_out: bool) -> list[str]:
    each = [text.strip() for line in texts.strip().split("\n") for text in line.split("|")]
    return [text for place, text in enumerate(each) if (place % 5 == 4) == held_out]
