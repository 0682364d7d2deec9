/** Discord's component numbers by name, and nothing else. */
export const KIND = {
  row: 1, button: 2, string: 3, text: 4, user: 5, role: 6, mentionable: 7, channel: 8, section: 9, display: 10, thumbnail: 11,
  gallery: 12, file: 13, separator: 14, container: 17, label: 18, upload: 19, radio: 21, checkboxes: 22, checkbox: 23,
};
