package dev.mayfly.contracts.triggers;

import com.cronutils.model.definition.CronConstraintsFactory;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The six fields of AWS's cron, by a calendar and clock without a place. */
final class CronFields {
    private static final int SUNDAY_FIRST = 2;
    private static final CronDefinition AWS = CronDefinitionBuilder.defineCron()
            .withMinutes()
            .withStrictRange()
            .and()
            .withHours()
            .withStrictRange()
            .and()
            .withDayOfMonth()
            .supportsL()
            .supportsW()
            .supportsQuestionMark()
            .withStrictRange()
            .and()
            .withMonth()
            .withStrictRange()
            .and()
            .withDayOfWeek()
            .withValidRange(1, 7)
            .withMondayDoWValue(SUNDAY_FIRST)
            .supportsL()
            .supportsHash()
            .supportsQuestionMark()
            .withStrictRange()
            .and()
            .withYear()
            .withValidRange(1970, 2199)
            .withStrictRange()
            .and()
            .withCronValidation(CronConstraintsFactory.ensureEitherDayOfWeekOrDayOfMonth())
            .instance();

    private final ExecutionTime times;

    private CronFields(ExecutionTime times) {
        this.times = times;
    }

    static CronFields parse(String text) throws ScheduleExpression.InvalidExpressionException {
        String[] fields = text.split(" +", -1);
        if (fields.length != 6) {
            throw new ScheduleExpression.InvalidExpressionException(
                    "cron takes six fields: minutes, hours, day of month, month, day of week, year");
        }
        try {
            return new CronFields(ExecutionTime.forCron(new CronParser(AWS).parse(text)));
        } catch (IllegalArgumentException e) {
            throw new ScheduleExpression.InvalidExpressionException(String.valueOf(e.getMessage()));
        }
    }

    Optional<LocalDateTime> firstAfter(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(next -> next.toLocalDateTime());
    }
}
