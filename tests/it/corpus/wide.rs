//! Structs of 300 fields, enums of 300 variants, structs in structs in structs.

use docktuna::Tunable;

super::corpus! {
    three_hundred_fields Wide,
    three_hundred_variants Choice,
    twelve_levels Level1,
}

macro_rules! wide {
    ($name:ident floats: $($float:ident)* ; integers: $($integer:ident)* ; booleans: $($boolean:ident)* ;) => {
        #[derive(Tunable)]
        struct $name {
            $(#[tune(range = 1e-5..=1e-1, log, default = 3e-4)] $float: f64,)*
            $(#[tune(range = 1..=64)] $integer: u32,)*
            $($boolean: bool,)*
        }
    };
}

#[rustfmt::skip]
wide! {
    Wide
    floats:
        f000 f001 f002 f003 f004 f005 f006 f007 f008 f009 f010 f011
        f012 f013 f014 f015 f016 f017 f018 f019 f020 f021 f022 f023
        f024 f025 f026 f027 f028 f029 f030 f031 f032 f033 f034 f035
        f036 f037 f038 f039 f040 f041 f042 f043 f044 f045 f046 f047
        f048 f049 f050 f051 f052 f053 f054 f055 f056 f057 f058 f059
        f060 f061 f062 f063 f064 f065 f066 f067 f068 f069 f070 f071
        f072 f073 f074 f075 f076 f077 f078 f079 f080 f081 f082 f083
        f084 f085 f086 f087 f088 f089 f090 f091 f092 f093 f094 f095
        f096 f097 f098 f099 f100 f101 f102 f103 f104 f105 f106 f107
        f108 f109 f110 f111 f112 f113 f114 f115 f116 f117 f118 f119 ;
    integers:
        i000 i001 i002 i003 i004 i005 i006 i007 i008 i009 i010 i011
        i012 i013 i014 i015 i016 i017 i018 i019 i020 i021 i022 i023
        i024 i025 i026 i027 i028 i029 i030 i031 i032 i033 i034 i035
        i036 i037 i038 i039 i040 i041 i042 i043 i044 i045 i046 i047
        i048 i049 i050 i051 i052 i053 i054 i055 i056 i057 i058 i059
        i060 i061 i062 i063 i064 i065 i066 i067 i068 i069 i070 i071
        i072 i073 i074 i075 i076 i077 i078 i079 i080 i081 i082 i083
        i084 i085 i086 i087 i088 i089 i090 i091 i092 i093 i094 i095
        i096 i097 i098 i099 i100 i101 i102 i103 i104 i105 i106 i107
        i108 i109 i110 i111 i112 i113 i114 i115 i116 i117 i118 i119 ;
    booleans:
        b000 b001 b002 b003 b004 b005 b006 b007 b008 b009 b010 b011
        b012 b013 b014 b015 b016 b017 b018 b019 b020 b021 b022 b023
        b024 b025 b026 b027 b028 b029 b030 b031 b032 b033 b034 b035
        b036 b037 b038 b039 b040 b041 b042 b043 b044 b045 b046 b047
        b048 b049 b050 b051 b052 b053 b054 b055 b056 b057 b058 b059 ;
}

macro_rules! choice {
    ($name:ident $($variant:ident)*) => {
        #[derive(Tunable)]
        #[tune(rename_all = "lowercase")]
        enum $name {
            $($variant,)*
        }
    };
}

#[rustfmt::skip]
choice! {
    Choice
    V000 V001 V002 V003 V004 V005 V006 V007 V008 V009 V010 V011
    V012 V013 V014 V015 V016 V017 V018 V019 V020 V021 V022 V023
    V024 V025 V026 V027 V028 V029 V030 V031 V032 V033 V034 V035
    V036 V037 V038 V039 V040 V041 V042 V043 V044 V045 V046 V047
    V048 V049 V050 V051 V052 V053 V054 V055 V056 V057 V058 V059
    V060 V061 V062 V063 V064 V065 V066 V067 V068 V069 V070 V071
    V072 V073 V074 V075 V076 V077 V078 V079 V080 V081 V082 V083
    V084 V085 V086 V087 V088 V089 V090 V091 V092 V093 V094 V095
    V096 V097 V098 V099 V100 V101 V102 V103 V104 V105 V106 V107
    V108 V109 V110 V111 V112 V113 V114 V115 V116 V117 V118 V119
    V120 V121 V122 V123 V124 V125 V126 V127 V128 V129 V130 V131
    V132 V133 V134 V135 V136 V137 V138 V139 V140 V141 V142 V143
    V144 V145 V146 V147 V148 V149 V150 V151 V152 V153 V154 V155
    V156 V157 V158 V159 V160 V161 V162 V163 V164 V165 V166 V167
    V168 V169 V170 V171 V172 V173 V174 V175 V176 V177 V178 V179
    V180 V181 V182 V183 V184 V185 V186 V187 V188 V189 V190 V191
    V192 V193 V194 V195 V196 V197 V198 V199 V200 V201 V202 V203
    V204 V205 V206 V207 V208 V209 V210 V211 V212 V213 V214 V215
    V216 V217 V218 V219 V220 V221 V222 V223 V224 V225 V226 V227
    V228 V229 V230 V231 V232 V233 V234 V235 V236 V237 V238 V239
    V240 V241 V242 V243 V244 V245 V246 V247 V248 V249 V250 V251
    V252 V253 V254 V255 V256 V257 V258 V259 V260 V261 V262 V263
    V264 V265 V266 V267 V268 V269 V270 V271 V272 V273 V274 V275
    V276 V277 V278 V279 V280 V281 V282 V283 V284 V285 V286 V287
    V288 V289 V290 V291 V292 V293 V294 V295 V296 V297 V298 V299
}

#[derive(Tunable)]
struct Level1 {
    on: bool,
    inner: Level2,
}

#[derive(Tunable)]
struct Level2 {
    on: bool,
    inner: Level3,
}

#[derive(Tunable)]
struct Level3 {
    on: bool,
    inner: Level4,
}

#[derive(Tunable)]
enum Level4 {
    Leaf,
    Deeper(Box<Level5>),
}

#[derive(Tunable)]
struct Level5 {
    on: bool,
    inner: Level6,
}

#[derive(Tunable)]
struct Level6 {
    on: bool,
    inner: Level7,
}

#[derive(Tunable)]
struct Level7 {
    on: bool,
    inner: Level8,
}

#[derive(Tunable)]
enum Level8 {
    Leaf,
    Deeper(Box<Level9>),
}

#[derive(Tunable)]
struct Level9 {
    on: bool,
    inner: Level10,
}

#[derive(Tunable)]
struct Level10 {
    on: bool,
    inner: Level11,
}

#[derive(Tunable)]
struct Level11 {
    on: bool,
    inner: Level12,
}

#[derive(Tunable)]
struct Level12 {
    #[tune(range = 0.0..=1.0)]
    rate: f64,
}
