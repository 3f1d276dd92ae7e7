// When letters leave: times are meant in the time zone of whoever chooses them.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const tellZone = () => {
  for (const field of document.querySelectorAll("input[data-zone]")) field.value = zone;
};

tellZone();
// A dialog is filled later.
document.addEventListener("htmx:after:swap", tellZone);

// A typed time is meant to be used.
document.addEventListener("input", (event) => {
  const choice = event.target.matches("[name=leaves_at]") && event.target.form?.elements.leaves;
  if (choice && event.target.value) choice.value = "chosen";
});
