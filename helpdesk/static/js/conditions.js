// Fields that are asked only where another one has a value, or in some categories. Without script they are all there,
// each says when it counts, and the server leaves out what does not apply.

const valuesOf = (form, name) =>
  [...form.elements]
    .filter((one) => one.name === name && (!["checkbox", "radio"].includes(one.type) || one.checked))
    .map((one) => one.value);

const isAsked = (field) => {
  const { shownWhen, shownValue, shownCategories } = field.dataset;
  const others = shownWhen ? [...field.form.elements].filter((one) => one.name === shownWhen) : [];
  const holds = !shownWhen || (others.some(isVisible) && valuesOf(field.form, shownWhen).includes(shownValue));
  const chosen = shownCategories === undefined ? null : field.form.elements.category?.value;
  return holds && (chosen === null || chosen === undefined || shownCategories.split(",").includes(chosen));
};

const isVisible = (field) => !field.closest(".field")?.hidden;

const conditional = (within) => [...within.querySelectorAll("[data-shown-when], [data-shown-categories]")];

const settle = (within) => {
  const fields = conditional(within);
  // What is hidden may hide what hangs on it.
  for (let round = 0, changed = true; changed && round <= fields.length; round += 1) {
    changed = false;
    for (const field of fields) {
      const box = field.closest(".field");
      if (!box || box.hidden === !isAsked(field)) continue;
      box.hidden = !box.hidden;
      changed = true;
    }
  }
};

settle(document);
document.addEventListener("change", (event) => event.target.form && settle(event.target.form));
// A dialog is filled later.
document.addEventListener("htmx:after:swap", () => settle(document));
