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
  "iFrame": "बाहरी पृष्ठ", "Image": "चित्र", "Title": "शीर्षक", "Version tag": "संस्करण का चिह्न", "Content": "सामग्री", "URL": "पता", "Table label": "तालिका का नाम", "Header items": "शीर्षक के खाने", "Pagination": "पृष्ठों में बाँटें", "Column": "स्तंभ",
  "Number of rows per page": "एक पृष्ठ पर कितनी पंक्तियाँ", "Data source": "आँकड़े कहाँ से", "Headers source": "शीर्षक कहाँ से", "List of items": "सूची के अंग", "Options expression": "विकल्पों का सूत्र", "Dynamic options": "प्रकरण से विकल्प", "Target value": "लक्ष्य का मान",
  "Compute on": "कब निकालें", "Value changes": "मान बदलने पर", "Form submission": "प्रपत्र भेजने पर", "Alternative text": "चित्र के बदले पाठ", "Image source": "चित्र कहाँ से", "Document reference": "दस्तावेज का संकेत", "Max height of preview container": "दर्शन की अधिकतम ऊँचाई",
  "Security attributes": "सुरक्षा के गुण", "Time format": "समय का रूप", "Custom error message": "अपना त्रुटि संदेश", "Custom regular expression": "अपना साँचा", "Default number of items": "पहले से कितनी पंक्तियाँ", "Number of non-collapsing items": "कितनी पंक्तियाँ सदा खुली", "Disable collapse": "पंक्तियाँ न सिमटें",
  "Input values key": "विकल्पों का मशीन नाम", "Repeatable": "दोहराई जाने वाली", "Submit": "भेजना", "Reset": "खाली करना", "Top": "ऊपर", "Center": "बीच में", "Bottom": "नीचे", "Checked": "निशान लगा", "Not checked": "बिना निशान", "<none>": "कोई नहीं", "Browse": "फाइल चुनें", "No files selected": "कोई फाइल नहीं चुनी", "No results": "कुछ नहीं मिला",
  "Decrement": "घटाएँ", "Learn more": "और जानें", "Build your form": "अपना प्रपत्र बनाएँ", "Drag and drop components here.": "अंग यहाँ खींचकर लाएँ।", "Use the preview window to test your form.": "जाँचने के लिए पूर्वदर्शन देखें।", "Clear content": "मिटाएँ", "Opened in popup": "अलग खिड़की में खुला", "Remove form field": "खाना हटाएँ",
  "Multiple form fields are selected. Select a single form field to edit its properties.": "एक से अधिक खाने चुने हैं। विवरण बदलने के लिए एक ही चुनें।", "Allows arbitrary precision values": "दशमलव के कितने भी अंक", "Binds to a form variable": "उत्तर इसी नाम से रखा जाता है", "A comma-separated list of": "अल्पविराम से अलग", "file type specifiers": "फाइलों के प्रकार",
  "Condition under which the field is hidden": "जिस शर्त पर खाना छिपे", "Condition under which the field is disabled": "जिस शर्त पर खाना बंद हो", "Define which input property to populate the values from": "विकल्प प्रकरण के किस नाम से आएँ", "Define an expression to populate the options from.": "विकल्प जिस सूत्र से आएँ।", "Define an expression to calculate the value of this field": "इस खाने का मान जिस सूत्र से निकले",
  "Supports markdown and templating.": "Markdown और सूत्र लिखे जा सकते हैं।", "Where the child variables of this component are pathed to.": "इसके भीतर के उत्तर किस नाम में रखे जाएँ।", "Version tag by which this form can be referenced.": "जिस चिह्न से यह प्रपत्र पुकारा जाए।", "Height of the container in pixels.": "ऊँचाई, बिंदुओं में।", "Descriptive text for screen reader accessibility.": "पढ़कर सुनाने वाले यंत्र के लिए पाठ।",
  "The error message to display when the input does not match the regular expression.": "उत्तर साँचे से न मिले तो दिखने वाला संदेश।", "Expression or static value (link/data URI)": "सूत्र, या पता", "Specify an expression to populate column items": "स्तंभ जिस सूत्र से आएँ", "Specify the source from which to populate the table": "तालिका के आँकड़े कहाँ से आएँ",
  "Link referring to a hosted image, or use a data URI directly to embed image data into the form.": "चित्र का पता, या चित्र स्वयं data URI में।", "Please make sure that the URL is safe as it might impose security risks.": "देख लें कि पता सुरक्षित है।", "X-FRAME-OPTIONS documentation": "X-FRAME-OPTIONS का विवरण", "MDN iFrame documentation.": "iFrame का विवरण।",
  "A source is a JSON object containing metadata for a document or an array of documents.": "स्रोत JSON में एक या अनेक दस्तावेजों का विवरण है।", "Each entry must include a document ID, name, and MIME type.": "हर एक में दस्तावेज की पहचान, नाम और MIME प्रकार हो।", "Additional details are optional. The expected format is as follows:": "शेष विवरण ऐच्छिक है। रूप ऐसा हो:",
  "Click to set a dynamic value with FEEL expression": "सूत्र (FEEL) से मान देने के लिए दबाएँ", "FEEL expression is mandatory": "यहाँ सूत्र (FEEL) ही लिखें", "FEEL expression": "सूत्र (FEEL)", "Open pop-up editor": "बड़ी खिड़की में लिखें", "Create new list item": "नया जोड़ें", "Delete item": "हटाएँ", "Toggle list item": "खोलें या बंद करें", "Section contains edits": "इस भाग में कुछ लिखा है", "Section contains an error": "इस भाग में त्रुटि है",
  "A number is required.": "संख्या लिखें।", "The document data source is required.": "दस्तावेज का स्रोत लिखें।", "Value must be a number.": "संख्या लिखें।", "Must be number": "संख्या लिखें", "Should be a valid number": "सही संख्या लिखें", "Should be a valid number.": "सही संख्या लिखें।", "Should be an integer.": "पूर्णांक लिखें।", "Should be greater than zero.": "शून्य से अधिक लिखें।",
  "Should be greater than or equal to zero.": "शून्य या अधिक लिखें।", "Must not be empty": "खाली न छोड़ें", "Must not be empty.": "खाली न छोड़ें।", "Must be unique.": "यह नाम पहले से है: दूसरा लिखें।", "Must be a valid QName.": "अंग्रेजी अक्षर, अंक या _ में लिखें; अक्षर से आरंभ करें।", "Must be a variable or a dot separated path.": "अंग्रेजी अक्षर, अंक या _ में लिखें; भाग . से अलग करें।",
  "Must not be a prohibited path.": "यह नाम नहीं चल सकता।", "Must not cause two binding paths to collide": "यह नाम दूसरे खाने के नाम से टकराता है", "Must not contain numerical path segments.": "नाम का कोई भाग केवल अंक न हो।", "Must not contain prefix.": "आगे उपसर्ग न लगाएँ।", "Must not contain spaces.": "खाली जगह न छोड़ें।",
  "January": "जनवरी", "February": "फरवरी", "March": "मार्च", "April": "अप्रैल", "May": "मई", "June": "जून", "July": "जुलाई", "August": "अगस्त", "September": "सितंबर", "October": "अक्टूबर", "November": "नवंबर", "December": "दिसंबर", "Sun": "रवि", "Mon": "सोम", "Tue": "मंगल", "Wed": "बुध", "Thu": "गुरु", "Fri": "शुक्र", "Sat": "शनि", "Month": "मास", "Year": "वर्ष",
  "dd/mm/yyyy": "दिन/मास/वर्ष", "hh:mm": "घंटा:मिनट", "hh:mm --": "घंटा:मिनट",
};
// What carries a name or a number in its middle.
const SENTENCES = [
  [/^Create an? (.+) element$/, (name) => `${word(name)} जोड़ें`],
  [/^Remove (.+)$/, (name) => `${word(name)} हटाएँ`],
  [/^List contains (\d+) items?$/, (count) => `सूची में ${count}`],
  [/^Should be at least (.+?)\.$/, (least) => `कम से कम ${least} लिखें।`],
  [/^Should be at most (.+?)\.$/, (most) => `अधिक से अधिक ${most} लिखें।`],
  [/^Should not contain more than (\d+) decimal digits\.?$/, (most) => `दशमलव के बाद ${most} से अधिक अंक न लिखें।`],
  [/^(Minimum|Maximum) (\d+) (?:columns|fields per row) are allowed$/, (end, count) => `${end === "Minimum" ? "कम से कम" : "अधिक से अधिक"} ${count} हो सकते हैं`],
  [/^New value exceeds the maximum of (\d+) columns per row$/, (most) => `एक पंक्ति में ${most} से अधिक चौड़ाई नहीं हो सकती`],
  [/^([A-Z][a-z]+) (\d+), (\d{4})$/, (month, day, year) => `${day} ${word(month)} ${year}`],
];
const word = (text) => HINDI[text] ?? text;
// The tool's own places; on the drawn form only those in which nobody's words can stand.
const PLACES = ".fjs-palette-container, .fjs-editor-palette-container, .fjs-editor-properties-container, .bio-properties-panel, .bio-properties-panel-popup, .fjs-empty-editor, .fjs-context-pad, .flatpickr-calendar, .fjs-filepicker-container, .fjs-select-placeholder, .fjs-number-arrow-container, .fjs-datepicker, .fjs-timepicker, .fjs-repeat-render-footer";
const SAID = ["placeholder", "title", "aria-label"];

export function sayInHindi(container, language) {
  if (language !== "hi") return;
  const saidBy = (text) => {
    const plain = text.trim();
    if (HINDI[plain] !== undefined) return HINDI[plain];
    for (const [shape, say] of SENTENCES) {
      const found = shape.exec(plain);
      if (found) return say(...found.slice(1));
    }
    return undefined;
  };
  // What people have typed lies in boxes; only what the tool itself says is a text of the page.
  const say = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = saidBy(node.data);
      if (said && said !== node.data && node.parentElement?.closest(PLACES)) node.data = said;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of SAID) {
      const text = node.getAttribute(name) ?? "";
      const said = saidBy(text);
      if (said && said !== text && node.closest(PLACES)) node.setAttribute(name, said);
    }
    node.childNodes.forEach(say);
  };
  say(container);
  new MutationObserver((changes) => changes.forEach(({ target, addedNodes }) => (addedNodes.length ? addedNodes.forEach(say) : say(target)))).observe(container, { childList: true, subtree: true, characterData: true, attributeFilter: SAID });
}
