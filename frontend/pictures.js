// A picture on its way up from a phone: made smaller there, so that a slow line carries it. The server makes it anew
// in any case; where the browser cannot, the file goes as it is.
const LONGEST = 1600; // pixels of its longer side
const LIGHT = 1_500_000; // bytes; a smaller picture of a fitting size stays as it is

export async function smaller(file) {
  if (!/^image\/(jpeg|png)$/.test(file.type) || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file); // upright, as the camera was held
    const by = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (by === 1 && file.size <= LIGHT) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const data = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!data || data.size >= file.size) return file;
    return new File([data], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

// Of a box that takes pictures alone: a paper that was photographed among files of every kind keeps its small print.
export const isForPictures = (box) => /jpe?g/.test(box.accept) && !/pdf/.test(box.accept);

// Puts the smaller pictures into the box in place of those that were chosen.
export async function shrink(box) {
  const files = await Promise.all([...box.files].map(smaller));
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  box.files = held.files;
}

// Whether the server would refuse one of the files for its size: told in the box's note before a slow line carries it.
export function areTooLarge(note, files) {
  const kindOf = (file) => (file.type === "application/pdf" ? "Pdf" : "Photo");
  const heavy = [...files].find((one) => one.size > Number(note.dataset[`most${kindOf(one)}`]));
  note.textContent = heavy ? note.dataset[`heavy${kindOf(heavy)}`].replace("{name}", () => heavy.name) : "";
  note.classList.toggle("form-error", Boolean(heavy));
  return Boolean(heavy);
}
