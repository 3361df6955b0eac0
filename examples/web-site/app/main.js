import { greeting } from "./greeting.js";

const answer = await fetch("/app/data.json");
const { count } = await answer.json();
document.querySelector("#said").textContent = greeting(count);
