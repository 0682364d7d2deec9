// The conversation's bot in discord.js: the commands, texts and ids of talk_bot.py, public options only.
// Arguments: the server's address and a token. Prints one word a line for what happens to its connection.
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  EmbedBuilder,
  Events,
  FileBuilder,
  GatewayIntentBits,
  LabelBuilder,
  MediaGalleryBuilder,
  MessageFlags,
  ModalBuilder,
  SectionBuilder,
  SeparatorBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  ThumbnailBuilder,
} from "discord.js";

const [base, token] = process.argv.slice(2);
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/AAAADAQEAyf6S7wAAAABJRU5ErkJggg==",
  "base64",
);
const MARKETS = ["BTC/USDT", "ETH/USDT", "SOL/USDT"];
const picture = () => new AttachmentBuilder(PNG, { name: "chart.png" });
const say = (word) => process.stdout.write(`${word}\n`);

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  rest: { api: `${base}/api`, version: "10", cdn: `${base}/cdn` },
});

const commands = [
  new SlashCommandBuilder()
    .setName("echo")
    .setDescription("Say it back")
    .addStringOption((option) => option.setName("text").setDescription("What to say").setRequired(true)),
  new SlashCommandBuilder().setName("report").setDescription("An embed, a picture and a panel"),
  new SlashCommandBuilder().setName("layout").setDescription("Every layout part"),
  new SlashCommandBuilder().setName("slow").setDescription("Take a while"),
  new SlashCommandBuilder().setName("ask").setDescription("A modal with a row"),
  new SlashCommandBuilder().setName("form").setDescription("A modal with labels"),
  new SlashCommandBuilder()
    .setName("pick")
    .setDescription("Pick a market")
    .addStringOption((option) =>
      option.setName("market").setDescription("Which").setRequired(true).setAutocomplete(true),
    ),
];

const panel = () => [
  new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId("press").setLabel("Press").setStyle(ButtonStyle.Primary),
  ),
  new ActionRowBuilder().addComponents(
    new StringSelectMenuBuilder()
      .setCustomId("choose")
      .setPlaceholder("Choose")
      .addOptions({ label: "1h", value: "1h" }, { label: "4h", value: "4h" }),
  ),
];

const layout = () =>
  new ContainerBuilder()
    .setAccentColor(0x00aaff)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent("# Layout"))
    .addSectionComponents(
      new SectionBuilder()
        .addTextDisplayComponents(new TextDisplayBuilder().setContent("a section"))
        .setThumbnailAccessory(new ThumbnailBuilder().setURL("attachment://chart.png")),
    )
    .addSeparatorComponents(new SeparatorBuilder().setDivider(true))
    .addMediaGalleryComponents(
      new MediaGalleryBuilder().addItems({ media: { url: "attachment://chart.png" }, description: "a chart" }),
    )
    .addFileComponents(new FileBuilder().setURL("attachment://notes.txt"))
    .addActionRowComponents(
      new ActionRowBuilder().addComponents(
        new ButtonBuilder().setCustomId("open").setLabel("Open").setStyle(ButtonStyle.Secondary),
      ),
    );

const oldForm = () =>
  new ModalBuilder()
    .setCustomId("old")
    .setTitle("Old form")
    .addComponents(
      new ActionRowBuilder().addComponents(
        new TextInputBuilder().setCustomId("answer").setLabel("Answer").setStyle(TextInputStyle.Short),
      ),
    );

const form = () =>
  new ModalBuilder()
    .setCustomId("form")
    .setTitle("Form")
    .addLabelComponents(
      new LabelBuilder()
        .setLabel("Side")
        .setStringSelectMenuComponent(
          new StringSelectMenuBuilder()
            .setCustomId("side")
            .addOptions({ label: "long", value: "long" }, { label: "short", value: "short" }),
        ),
      new LabelBuilder()
        .setLabel("Why")
        .setDescription("In your own words")
        .setTextInputComponent(
          new TextInputBuilder().setCustomId("why").setStyle(TextInputStyle.Paragraph).setRequired(false),
        ),
    );

async function slow(interaction) {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await interaction.editReply({ content: "done" });
  const extra = await interaction.followUp({ content: "extra", flags: MessageFlags.Ephemeral });
  await interaction.editReply({ message: extra.id, content: "extra, edited" });
  const again = await interaction.fetchReply();
  await interaction.followUp({ content: `saw ${again.content}`, files: [picture()] });
  await interaction.deleteReply(extra.id);
}

const report = () => ({
  content: "report",
  embeds: [
    new EmbedBuilder()
      .setTitle("Report")
      .setDescription("all is well")
      .setColor(0x00aaff)
      .addFields({ name: "price", value: "1" })
      .setImage("attachment://chart.png")
      .setFooter({ text: "now" })
      .setTimestamp(),
  ],
  components: panel(),
  files: [picture()],
});

const answers = {
  echo: (interaction) => interaction.reply(`echo: ${interaction.options.getString("text")}`),
  report: (interaction) => interaction.reply(report()),
  layout: (interaction) =>
    interaction.reply({
      components: [layout()],
      files: [picture(), new AttachmentBuilder(Buffer.from("notes"), { name: "notes.txt" })],
      flags: MessageFlags.IsComponentsV2,
    }),
  slow,
  ask: (interaction) => interaction.showModal(oldForm()),
  form: (interaction) => interaction.showModal(form()),
  pick: (interaction) => interaction.reply(`picked ${interaction.options.getString("market")}`),
};

const ephemeral = (content) => ({ content, flags: MessageFlags.Ephemeral });
const presses = {
  press: (interaction) => interaction.update({ content: "pressed" }),
  choose: (interaction) => interaction.reply(ephemeral(`chose ${interaction.values[0]}`)),
  open: (interaction) => interaction.reply(ephemeral("opened")),
  old: (interaction) => interaction.reply(`answer: ${interaction.fields.getTextInputValue("answer")}`),
  form: (interaction) => {
    const [side] = interaction.fields.getStringSelectValues("side");
    return interaction.reply(`form: ${side} ${interaction.fields.getTextInputValue("why")}`);
  },
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toUpperCase();
    const found = MARKETS.filter((market) => market.includes(typed));
    await interaction.respond(found.map((market) => ({ name: market, value: market })));
  } else if (interaction.isChatInputCommand()) {
    await answers[interaction.commandName](interaction);
  } else {
    await presses[interaction.customId](interaction);
  }
});
client.on(Events.MessageCreate, async (message) => {
  if (!message.author.bot && message.mentions.users.has(client.user.id)) {
    await message.reply({ content: "you called", files: [picture()] });
  }
});
client.on(Events.ShardResume, () => say("resumed"));
client.on(Events.Error, (error) => say(`error ${error.message}`));
client.once(Events.ClientReady, async () => {
  await client.application.commands.set(commands);
  say("ready");
});
process.stdin.on("end", async () => {
  await client.destroy();
  process.exit(0);
});
process.stdin.resume();
await client.login(token);
