/** What the console shows of a function when its widget is set up. */
export const SHOW_DOCUMENTATION = `## Rollcall

Parked changes by reason, held plans, and what is known of a member. Takes no parameters:

\`\`\` yaml
\`\`\`

It only looks. What acts is another function, which is there if the deployment sets \`rollcall:widgetActions\`.`;

export const ACT_DOCUMENTATION = `## Rollcall: acts

Redrives and discards parked changes and approves held plans, for the widget of \`show-widget\`. No widget of its own.`;
