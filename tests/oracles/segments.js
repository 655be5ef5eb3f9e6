// Counts segments with npm sms-segments-calculator (Twilio's) and npm split-sms: JSON strings in, one a line;
// [encoding, units, segments, segments by split-sms] out, one a line. Called by segments.py.
"use strict";
const path = require("path");
const readline = require("readline");
const modules = path.join(path.resolve(process.argv[2]), "node_modules");
const { SegmentedMessage } = require(path.join(modules, "sms-segments-calculator"));
const { split } = require(path.join(modules, "split-sms"));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const text = JSON.parse(line);
  const message = new SegmentedMessage(text);
  const units = message.encodedChars.reduce((sum, c) => sum + c.codeUnits.length, 0);
  // A cluster longer than a segment overflows it there: no oracle for such a text.
  const sound = message.graphemes.every((g) => g.length <= 67);
  const encoding = message.getEncodingName() === "GSM-7" ? "gsm7" : "ucs2";
  console.log(JSON.stringify([encoding, units, sound ? message.segmentsCount : null, split(text).parts.length]));
});
