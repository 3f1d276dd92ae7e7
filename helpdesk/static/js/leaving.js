// When letters leave, and when something happened: times are meant in the time zone of whoever chooses them.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// A moment that the page filled in is told in UTC.
const toLocal = (field) => {
  const moment = new Date(`${field.dataset.utc}Z`);
  delete field.dataset.utc;
  if (Number.isNaN(moment.getTime())) return;
  field.value = new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

const tellZone = () => {
  for (const field of document.querySelectorAll("input[data-utc]")) toLocal(field);
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
