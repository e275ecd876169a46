// form-js has no words but English ones: what stands in its palette and its panel is said in Hindi as it appears.
const HINDI = {
  "Components": "अंग", "Search components": "अंग खोजें", "No components found.": "कोई अंग नहीं मिला।", "Input": "भरने के खाने", "Selection": "चुनने के खाने", "Presentation": "दिखाने के अंग", "Containers": "समूह", "Action": "कार्य",
  "Text field": "पाठ", "Text area": "लंबा पाठ", "Number": "संख्या", "Date time": "तिथि/समय", "File picker": "फाइल", "Checkbox": "हाँ का निशान", "Checkbox group": "निशानों का समूह",
  "Radio group": "एक चुनें", "Select": "सूची से चुनें", "Tag list": "कई चुनें", "Text view": "लिखा हुआ पाठ", "Image view": "चित्र", "HTML view": "HTML", "Table": "तालिका", "Spacer": "खाली जगह",
  "Separator": "रेखा", "Group": "समूह", "Dynamic list": "बढ़ने वाली सूची", "Button": "बटन", "Expression": "सूत्र", "Document preview": "दस्तावेज", "Form": "प्रपत्र", "FORM": "प्रपत्र",
  "General": "सामान्य", "Condition": "कब दिखे", "Layout": "स्थान", "Appearance": "रूप", "Validation": "जाँच", "Custom properties": "अपने गुण", "Options source": "विकल्प कहाँ से", "Static options": "तय विकल्प",
  "Serialization": "लिखने का रूप", "Constraints": "सीमाएँ", "Field label": "खाने का नाम", "Field description": "खाने की व्याख्या", "Key": "मशीन का नाम", "Default value": "पहले से भरा मान", "Required": "अनिवार्य",
  "Read only": "केवल पढ़ें", "Disabled": "बंद", "ID": "पहचान", "Type": "प्रकार", "Value": "मान", "Label": "नाम", "Static": "तय सूची", "Hide if": "कब छिपे", "Deactivate if": "कब छिपे", "Columns": "चौड़ाई (16 में)", "Auto": "अपने आप", "Height": "ऊँचाई",
  "Minimum": "कम से कम", "Maximum": "अधिक से अधिक", "Minimum length": "कम से कम अक्षर", "Maximum length": "अधिक से अधिक अक्षर", "Regular expression pattern": "अक्षरों का साँचा", "Validation pattern": "अक्षरों का साँचा", "Custom": "अपना", "Email": "ई-मेल", "Phone": "फोन",
  "Decimal digits": "दशमलव के अंक", "Increment": "कितना बढ़े", "Subtype": "उप-प्रकार", "Date": "तिथि", "Time": "समय", "Date & Time": "तिथि और समय", "Date label": "तिथि का नाम", "Time label": "समय का नाम", "Group label": "समूह का नाम", "Path": "पथ", "Text": "पाठ",
  "Supported file formats": "कौन-सी फाइलें", "Upload multiple files": "एक से अधिक फाइल", "Number of default items": "पहले से कितनी पंक्तियाँ", "Allow add/delete items": "पंक्तियाँ जोड़ी-हटाई जा सकें", "Vertical alignment": "ऊपर-नीचे", "Show outline": "घेरा दिखाएँ",
  "Searchable": "खोजने योग्य", "Static data": "तय विकल्प", "Input data": "प्रकरण से", "Prefix": "पहले", "Suffix": "बाद में", "Time interval": "समय का अंतर", "Disallow past dates": "बीती तिथि नहीं", "Use 24h": "24 घंटे", "Output as string": "पाठ के रूप में",
  "Create": "जोड़ें", "Delete": "हटाएँ", "Remove": "हटाएँ", "Toggle section": "खोलें या बंद करें", "Select a form field to edit its properties.": "खाना चुनें: उसका विवरण यहाँ दिखेगा।", "Drag and drop components here to start designing.": "अंग यहाँ खींचकर प्रपत्र बनाएँ।",
};
const PLACES = ".fjs-palette-container, .fjs-editor-palette-container, .fjs-editor-properties-container, .bio-properties-panel, .fjs-empty-editor";
const SAID = ["placeholder", "title", "aria-label"];

export function sayInHindi(container, language) {
  if (language !== "hi") return;
  const saidBy = (text) => HINDI[text.trim()];
  // What people have typed lies in boxes; only what the tool itself says is a text of the page.
  const say = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = saidBy(node.data);
      if (said && said !== node.data && node.parentElement?.closest(PLACES)) node.data = said;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of SAID) {
      const said = saidBy(node.getAttribute(name) ?? "");
      if (said && node.closest(PLACES)) node.setAttribute(name, said);
    }
    node.childNodes.forEach(say);
  };
  say(container);
  new MutationObserver((changes) => changes.forEach(({ target, addedNodes }) => (addedNodes.length ? addedNodes.forEach(say) : say(target)))).observe(container, { childList: true, subtree: true, characterData: true });
}
