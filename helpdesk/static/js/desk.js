// What every page runs. Each module looks for what it serves and is content without it.
import "./toasts.js";
import "./dialogs.js";
import "./menus.js";
import "./files.js";
import "./choices.js";
import "./live.js";
import "./originals.js";
import "./keys.js";
import "./leaving.js";
import "./conditions.js";
import "./mentions.js";
import "./clocks.js";
import "./canned.js";
import "./presence.js";
import { focusWanted } from "./fields.js";

focusWanted();
