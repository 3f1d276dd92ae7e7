// Files that are dropped on or pasted into a form join those already in its file field ([data-drop] marks the place).

const zoneOf = (target) => target.closest?.("[data-composer], form:has([data-drop])");
const fieldOf = (form) => form?.querySelector("[data-drop] input[type=file]");
const carriesFiles = (transfer) => transfer?.types.includes("Files");

// Every pasted picture is called image.png; two of them need two names.
let pasted = 0;
const named = (file) => new File([file], `pasted-${++pasted}.${file.type.split("/")[1] ?? "bin"}`, { type: file.type });

const put = (field, files) => {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  field.files = all.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
};

const join = (field, files) => put(field, field.multiple ? [...field.files, ...files] : files.slice(-1));

const chip = (field, file) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tag file-chip";
  button.title = "Take this file out again";
  button.setAttribute("aria-label", `Take out ${file.name}`);
  button.textContent = `${file.name} ×`;
  button.addEventListener("click", () => put(field, [...field.files].filter((other) => other !== file)));
  return button;
};

const showNames = (field) => {
  const place = field.form?.querySelector("[data-file-names]");
  place?.replaceChildren(...[...field.files].map((file) => chip(field, file)));
};

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-drop] input[type=file]")) showNames(event.target);
});

document.addEventListener("paste", (event) => {
  const field = fieldOf(zoneOf(event.target));
  const files = [...event.clipboardData.files];
  // A spreadsheet puts a picture of the cells beside their text: then the text is what is meant.
  if (!field || !files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  join(field, files.map((file) => (file.name === "image.png" ? named(file) : file)));
});

let lit = null;
const light = (form) => {
  if (form === lit) return;
  lit?.classList.remove("dropping");
  lit = form;
  lit?.classList.add("dropping");
};

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event.dataTransfer)) return;
  // Beside a form too: a browser would otherwise leave the page to show the file.
  event.preventDefault();
  const form = fieldOf(zoneOf(event.target)) ? zoneOf(event.target) : null;
  event.dataTransfer.dropEffect = form ? "copy" : "none";
  light(form);
});

document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(null); });

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event.dataTransfer)) return;
  event.preventDefault();
  light(null);
  const field = fieldOf(zoneOf(event.target));
  if (field) join(field, [...event.dataTransfer.files]);
});
