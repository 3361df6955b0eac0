export const greeting = (count) => `${count} objects, and all of them arrived`;
