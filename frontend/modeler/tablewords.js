// dmn-js's own words in Hindi; what is not here is said in English.
export const TABLE_WORDS = {
  "Hit policy": "नियम कैसे लगें", "Hit policy:": "नियम कैसे लगें:", "Unique": "केवल एक नियम", "First": "पहला नियम", "Any": "कोई भी, एक-सा उत्तर", "Collect": "सब नियम",
  "Rule order": "सब, नियमों के क्रम में", "Output order": "सब, उत्तरों के क्रम में", "Priority": "सबसे ऊँचा उत्तर",
  "When": "जब", "Then": "तब", "And": "और", "Annotations": "टिप्पणी", "Annotation": "टिप्पणी", "Input": "किसकी जाँच", "Output": "उत्तर",
  "Add rule": "नियम जोड़ें", "Add rule above": "ऊपर नियम जोड़ें", "Add rule below": "नीचे नियम जोड़ें", "Remove rule": "नियम हटाएँ",
  "Copy rule": "नियम की नकल लें", "Cut rule": "नियम काटें", "Paste rule above": "ऊपर चिपकाएँ", "Paste rule below": "नीचे चिपकाएँ", "Move rule": "नियम खिसकाएँ",
  "Add input": "जाँच का स्तंभ जोड़ें", "Add output": "उत्तर का स्तंभ जोड़ें", "Edit input": "जाँच का स्तंभ बदलें", "Edit output": "उत्तर का स्तंभ बदलें", "Edit": "बदलें",
  "Add input column left": "बाईं ओर जाँच का स्तंभ", "Add input column right": "दाईं ओर जाँच का स्तंभ", "Remove input column": "जाँच का स्तंभ हटाएँ",
  "Add output column left": "बाईं ओर उत्तर का स्तंभ", "Add output column right": "दाईं ओर उत्तर का स्तंभ", "Remove output column": "उत्तर का स्तंभ हटाएँ",
  "Copy input column": "स्तंभ की नकल लें", "Cut input column": "स्तंभ काटें", "Paste input column left": "बाईं ओर चिपकाएँ", "Paste input column right": "दाईं ओर चिपकाएँ",
  "Copy output column": "स्तंभ की नकल लें", "Cut output column": "स्तंभ काटें", "Paste output column left": "बाईं ओर चिपकाएँ", "Paste output column right": "दाईं ओर चिपकाएँ",
  "Input label": "स्तंभ का नाम", "Input label: ": "स्तंभ का नाम: ", "Output label": "स्तंभ का नाम", "Output label: ": "स्तंभ का नाम: ",
  "Input expression": "कौन-सा मान", "Input expression: ": "कौन-सा मान: ", "Enter expression": "मान लिखें", "Expression": "सूत्र", "Literal expression": "सूत्र",
  "Output name": "मशीन का नाम", "Output name: ": "मशीन का नाम: ", "Input type": "मान का प्रकार", "Output type": "मान का प्रकार", "Type": "प्रकार",
  "Predefined values": "तय मान", "Add predefined values": "तय मान जोड़ें", "Clear predefined values": "तय मान हटाएँ", "Custom values": "अपने मान", "Input values": "मान", "Output values": "मान",
  "Add values": "मान जोड़ें", "No values": "कोई मान नहीं", "Values": "मान", "Value": "मान", "Set value": "मान रखें", "Decision name": "तालिका का नाम", "Decision name: ": "तालिका का नाम: ",
  "Yes": "हाँ", "No": "नहीं", "Comparison": "तुलना", "Comparison operator": "तुलना", "Range": "सीमा", "Equals": "बराबर", "Less": "कम", "Greater": "अधिक",
  "Less or equals": "कम या बराबर", "Greater or equals": "अधिक या बराबर", "Between": "बीच में", "Before": "पहले", "After": "बाद", "Exactly": "ठीक", "Include": "सहित", "Exclude": "छोड़कर",
  "Start value": "आरंभ", "End value": "अंत", "Match one": "इनमें से एक", "Match none": "इनमें से कोई नहीं", "Test type": "जाँच", "String value": "पाठ", "Boolean value": "सत्य/असत्य",
  "Edit string": "पाठ बदलें", "Edit number": "संख्या बदलें", "Edit boolean": "सत्य/असत्य बदलें", "Edit date": "तिथि बदलें", "Edit time": "समय बदलें", "Edit duration": "अवधि बदलें",
  "Strings must be in double quotes": "पाठ को \" \" में लिखें", "Add cell description": "खाने पर टिप्पणी", "Remove cell description": "टिप्पणी हटाएँ", "Resize": "चौड़ाई बदलें",
  "Change cell expression language": "खाने की भाषा बदलें", "Expression language": "सूत्र की भाषा", "Date": "तिथि", "Time": "समय", "Date and time": "तिथि और समय", "Use today": "आज", "Use now": "अभी",
};

export function tableSpeaker(language) {
  return (template, values = {}) => ((language === "hi" && TABLE_WORDS[template]) || template).replace(/\{\s*([^}\s]+)\s*\}/g, (whole, name) => values[name] ?? whole);
}
