package scenarios

// Names and places of generated people.
var (
	firstNames = []string{
		"Ada", "Alan", "Barbara", "Carlos", "Dorothy", "Edsger", "Frances", "Grace", "Hedy", "Ivan", "Jean", "Katherine",
		"Leslie", "Margaret", "Niklaus", "Olga", "Peter", "Radia", "Shafi", "Tim", "Ursula", "Vint", "Whitfield", "Yukihiro",
	}
	lastNames = []string{
		"Allen", "Borg", "Cerf", "Diffie", "Easley", "Floyd", "Goldberg", "Hopper", "Iverson", "Johnson", "Kahn", "Lovelace",
		"McCarthy", "Naur", "O'Brien", "Perlman", "Quinn", "Ritchie", "Sammet", "Turing", "Ullman", "Vaughan", "Wirth", "Zadeh",
	}
	cities    = []string{"San Francisco", "New York", "Chicago", "Boston", "Seattle", "Austin", "Denver", "St. Louis"}
	areaCodes = []int{415, 212, 312, 617, 206, 512, 303, 314, 404, 702}
)

// scripts holds people whose names try what naive code gets wrong: writing
// directions, combining marks, characters outside the basic plane, letters
// that change length when their case is changed.
var scripts = []struct{ script, first, last, city string }{
	{"Latin", "Zoë", "Brontë", "Keighley"},
	{"Arabic", "ليلى", "المنصوري", "الرباط"},
	{"Hebrew", "נועה", "בן־דוד", "ירושלים"},
	{"Han", "明", "王", "上海"},
	{"Rare Han", "𠮷", "𠮷野", "東京都"},
	{"Kana", "さくら", "タナカ", "おおさか"},
	{"Hangul", "지우", "김", "서울"},
	{"Cyrillic", "Ольга", "Ковалёва", "Київ"},
	{"Greek", "Άννα", "Παπαδοπούλου", "Θεσσαλονίκη"},
	{"Devanagari", "प्रिया", "शर्मा", "दिल्ली"},
	{"Tamil", "அருண்", "குமார்", "சென்னை"},
	{"Bengali", "রূপা", "সেনগুপ্ত", "কলকাতা"},
	{"Thai", "สมชาย", "ใจดี", "กรุงเทพฯ"},
	{"Armenian", "Անի", "Պետրոսյան", "Երևան"},
	{"Georgian", "ნინო", "ბერიძე", "თბილისი"},
	{"Ethiopic", "ሰላም", "ተስፋዬ", "አዲስ አበባ"},
	{"Khmer", "សុខា", "ចាន់", "ភ្នំពេញ"},
	{"Combining marks", "Zoe\u0308", "Nguye\u0302\u0303n", "Ha\u0300 No\u0323\u0302i"},
	{"Turkish", "Işıl", "İnönü", "Iğdır"},
	{"German", "Jürgen", "Groß-Weißmann", "Gießen"},
	{"Emoji", "Sam 👩‍💻", "O’Neill 🎉", "Zürich"},
	{"Mixed directions", "Dana דנה", "Levi", "تل أبيب Tel Aviv"},
	{"Long", "Wolfeschlegelsteinhausenbergerdorff", "Bhattacharyya-Venkataraghavan", "Llanfairpwllgwyngyll"},
	{"Apostrophes", "D'Arcy", `O"Hara`, "Coeur d'Alene"},
}
