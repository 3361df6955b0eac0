package dev.mayfly.objects.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final Requester ALICE =
            new Requester("111111111111", List.of("arn:aws:iam::111111111111:user/AKIAALICE"));

    private static Policy policy(String json) {
        return Policy.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "photos");
    }

    private static Policy statement(String members) {
        return policy("{'Version':'2012-10-17','Statement':[{" + members + "}]}");
    }

    private static Verdict judge(Policy policy, Requester who, String action, String resource) {
        return policy.judge(who, action, "arn:aws:s3:::" + resource, key -> List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'*'                                                | ALLOW         | ALLOW",
                "{'AWS':'*'}                                        | ALLOW         | ALLOW",
                "{'AWS':'111111111111'}                             | ALLOW_ACCOUNT | NONE",
                "{'AWS':['arn:aws:iam::111111111111:root']}         | ALLOW_ACCOUNT | NONE",
                "{'CanonicalUser':'111111111111'}                   | ALLOW_ACCOUNT | NONE",
                "{'AWS':'arn:aws:iam::111111111111:user/AKIAALICE'} | ALLOW         | NONE",
                "{'AWS':'arn:aws:iam::111111111111:user/AKIABOB'}   | NONE          | NONE",
                "{'AWS':['222222222222','arn:aws:iam::333333333333:root']} | NONE   | NONE",
                "{'Service':'logging.s3.amazonaws.com'}             | NONE          | NONE",
            },
            quoteCharacter = '"')
    void principals(String principal, Verdict alice, Verdict nobody) {
        Policy policy = statement("'Effect':'Allow','Principal':" + principal
                + ",'Action':'s3:GetObject','Resource':'arn:aws:s3:::photos/*'");
        assertThat(judge(policy, ALICE, "s3:GetObject", "photos/k")).isEqualTo(alice);
        assertThat(judge(policy, Requester.ANONYMOUS, "s3:GetObject", "photos/k"))
                .isEqualTo(nobody);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'Action':'s3:GetObject'             | 'Resource':'arn:aws:s3:::photos/*'      | s3:GetObject    | photos/a/b  | ALLOW",
                "'Action':'S3:getobject'             | 'Resource':'arn:aws:s3:::photos/*'      | s3:GetObject    | photos/a    | ALLOW",
                "'Action':'s3:Get*'                  | 'Resource':'arn:aws:s3:::photos/a?/*'   | s3:GetObjectAcl | photos/ab/c | ALLOW",
                "'Action':'s3:Get*'                  | 'Resource':'arn:aws:s3:::photos/a?/*'   | s3:GetObjectAcl | photos/a/c  | NONE",
                "'Action':'*'                        | 'Resource':'*'                          | s3:PutObject    | photos/a    | ALLOW",
                "'Action':['s3:GetObject','s3:Put*'] | 'Resource':['arn:aws:s3:::photos/x','arn:aws:s3:::photos/y'] | s3:PutObject | photos/y | ALLOW",
                "'Action':'s3:GetObject'             | 'Resource':'arn:aws:s3:::photos/A*'     | s3:GetObject    | photos/a    | NONE",
                "'NotAction':'s3:Delete*'            | 'Resource':'arn:aws:s3:::photos/*'      | s3:PutObject    | photos/a    | ALLOW",
                "'NotAction':'s3:Delete*'            | 'Resource':'arn:aws:s3:::photos/*'      | s3:DeleteObject | photos/a    | NONE",
                "'Action':'s3:GetObject'             | 'NotResource':'arn:aws:s3:::photos/x/*' | s3:GetObject    | photos/y/a  | ALLOW",
                "'Action':'s3:GetObject'             | 'NotResource':'arn:aws:s3:::photos/x/*' | s3:GetObject    | photos/x/a  | NONE",
                "'Action':'s3:ListBucket'            | 'Resource':'arn:aws:s3:::photos'        | s3:ListBucket   | photos      | ALLOW",
                "'Action':'s3:ListBucket'            | 'Resource':'arn:aws:s3:::phot*'         | s3:ListBucket   | photos      | ALLOW",
            })
    void actionsAndResources(String action, String resource, String asked, String of, Verdict verdict) {
        Policy policy = statement("'Effect':'Allow','Principal':'*'," + action + "," + resource);
        assertThat(judge(policy, ALICE, asked, of)).isEqualTo(verdict);
    }

    @Test
    void explicitDenyWins() {
        Policy policy = policy("""
                {'Statement':[
                 {'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':['arn:aws:s3:::photos/*','arn:aws:s3:::photos']},
                 {'Effect':'Deny','NotPrincipal':{'AWS':'111111111111'},'Action':'s3:DeleteObject','Resource':'arn:aws:s3:::photos/*'}]}
                """.strip());
        assertThat(judge(policy, ALICE, "s3:DeleteObject", "photos/k")).isEqualTo(Verdict.ALLOW);
        assertThat(judge(policy, Requester.ANONYMOUS, "s3:DeleteObject", "photos/k"))
                .isEqualTo(Verdict.DENY);
        assertThat(judge(policy, Requester.ANONYMOUS, "s3:GetObject", "photos/k"))
                .isEqualTo(Verdict.ALLOW);
    }

    /** Operator, key, wanted; what the request has ("-": nothing; several by ";"); whether it holds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "StringEquals              | 's3:prefix':'a'                      | prefix=a    | true",
                "StringEquals              | 's3:prefix':['a','b']                | prefix=b    | true",
                "StringEquals              | 's3:prefix':'a'                      | prefix=A    | false",
                "StringEquals              | 's3:prefix':'a*'                     | prefix=ab   | false",
                "StringEquals              | 's3:prefix':'a'                      | -           | false",
                "StringEqualsIfExists      | 's3:prefix':'a'                      | -           | true",
                "StringEqualsIfExists      | 's3:prefix':'a'                      | prefix=b    | false",
                "StringNotEquals           | 's3:prefix':['a','b']                | prefix=b    | false",
                "StringNotEquals           | 's3:prefix':['a','b']                | prefix=c    | true",
                "StringNotEquals           | 's3:prefix':'a'                      | -           | true",
                "StringEqualsIgnoreCase    | 's3:prefix':'a'                      | prefix=A    | true",
                "StringNotEqualsIgnoreCase | 's3:prefix':'a'                      | prefix=A    | false",
                "StringLike                | 's3:prefix':'a*z?'                   | prefix=abzc | true",
                "StringLike                | 'S3:PREFIX':'a*'                     | prefix=ab   | true",
                "StringNotLike             | 's3:prefix':'a*'                     | prefix=ab   | false",
                "StringLike                | 's3:prefix':'${aws:username}/*'      | prefix=x*/a;username=x*   | true",
                "StringLike                | 's3:prefix':'${aws:username}/*'      | prefix=xy/a;username=x*   | false",
                "StringLike                | 's3:prefix':'${aws:username}/*'      | prefix=/a   | false",
                "StringLike                | 's3:prefix':'${aws:username, 'q'}/*' | prefix=q/a  | true",
                "StringEquals              | 's3:prefix':'${*}'                   | prefix=*    | true",
                "NumericLessThanEquals     | 's3:max-keys':'10'                   | max-keys=10 | true",
                "NumericLessThanEquals     | 's3:max-keys':10                     | max-keys=11 | false",
                "NumericLessThan           | 's3:max-keys':'10'                   | max-keys=10 | false",
                "NumericLessThan           | 's3:max-keys':'10'                   | max-keys=x  | false",
                "NumericGreaterThan        | 's3:max-keys':'10'                   | max-keys=11 | true",
                "NumericGreaterThanEquals  | 's3:max-keys':'10'                   | max-keys=9  | false",
                "NumericEquals             | 's3:max-keys':'10'                   | max-keys=10.0 | true",
                "NumericNotEquals          | 's3:max-keys':'10'                   | max-keys=10 | false",
                "DateLessThan              | 'aws:CurrentTime':'2026-01-01T00:00:00Z' | currenttime=2025-12-31T23:59:59Z | true",
                "DateGreaterThan           | 'aws:CurrentTime':'2026-01-01'       | currenttime=2025-12-31T23:59:59Z | false",
                "DateEquals                | 'aws:EpochTime':'2026-01-01T00:00:00Z' | epochtime=1767225600 | true",
                "Bool                      | 'aws:SecureTransport':'false'        | securetransport=false | true",
                "Bool                      | 'aws:SecureTransport':true           | securetransport=false | false",
                "IpAddress                 | 'aws:SourceIp':'10.0.0.0/8'          | sourceip=10.255.1.2  | true",
                "IpAddress                 | 'aws:SourceIp':['10.0.0.1','2001:db8::/32'] | sourceip=2001:db8:1::2 | true",
                "IpAddress                 | 'aws:SourceIp':'10.0.0.0/9'          | sourceip=10.128.0.1  | false",
                "NotIpAddress              | 'aws:SourceIp':'10.0.0.0/8'          | sourceip=11.0.0.1    | true",
                "ArnLike                   | 'aws:PrincipalArn':'arn:aws:iam::*:user/*' | principalarn=arn:aws:iam::1:user/b | true",
                "ArnLike                   | 'aws:PrincipalArn':'arn:*:user/b'    | principalarn=arn:aws:iam::1:user/b | false",
                "ArnNotEquals              | 'aws:PrincipalArn':'arn:aws:iam::1:user/b' | principalarn=arn:aws:iam::1:user/b | false",
                "Null                      | 's3:x-amz-acl':'true'                | -           | true",
                "Null                      | 's3:x-amz-acl':'false'               | -           | false",
                "Null                      | 's3:x-amz-acl':'true'                | x-amz-acl=private | false",
                "ForAllValues:StringEquals | 's3:RequestObjectTagKeys':['a','b']  | requestobjecttagkeys=a,b | true",
                "ForAllValues:StringEquals | 's3:RequestObjectTagKeys':['a','b']  | requestobjecttagkeys=a,c | false",
                "ForAllValues:StringEquals | 's3:RequestObjectTagKeys':['a','b']  | -           | true",
                "ForAnyValue:StringEquals  | 's3:RequestObjectTagKeys':['a','b']  | requestobjecttagkeys=c,b | true",
                "ForAnyValue:StringEquals  | 's3:RequestObjectTagKeys':['a','b']  | requestobjecttagkeys=c   | false",
                "ForAnyValue:StringEquals  | 's3:RequestObjectTagKeys':['a','b']  | -           | false",
                "ForAllValues:StringNotEquals | 's3:RequestObjectTagKeys':'a'     | requestobjecttagkeys=b,c | true",
                "BinaryEquals              | 's3:prefix':'YQ=='                   | prefix=YQ== | true",
            })
    void conditions(String operator, String line, String request, boolean holds) {
        Map<String, List<String>> values = new HashMap<>();
        for (String pair : request.split(";")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                List<String> all = Arrays.asList(pair.substring(equals + 1).split(","));
                for (String family : new String[] {"aws:", "s3:"}) {
                    values.put(family + pair.substring(0, equals), all);
                }
            }
        }
        // A quoted default inside of a JSON string keeps its own quotes.
        String condition = line.replace(", 'q'", ", \u0001q\u0001");
        String json = ("{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':'*','Action':'s3:ListBucket',"
                        + "'Resource':'arn:aws:s3:::photos','Condition':{'" + operator + "':{" + condition + "}}}}")
                .replace('\'', '"')
                .replace('\u0001', '\'');
        Policy policy = Policy.parse(json.getBytes(StandardCharsets.UTF_8), "photos");
        Verdict verdict =
                policy.judge(ALICE, "s3:ListBucket", "arn:aws:s3:::photos", key -> values.getOrDefault(key, List.of()));
        assertThat(verdict).isEqualTo(holds ? Verdict.ALLOW : Verdict.NONE);
    }

    @Test
    void variablesNeedTheVersionThatHasThem() {
        Policy old =
                policy("{'Version':'2008-10-17','Statement':{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                        + "'Resource':'arn:aws:s3:::photos/${aws:username}/*'}}");
        PolicyContext context = key -> key.equals("aws:username") ? List.of("bob") : List.of();
        assertThat(old.judge(ALICE, "s3:GetObject", "arn:aws:s3:::photos/bob/a", context))
                .isEqualTo(Verdict.NONE);
        Policy current = statement("'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                + "'Resource':'arn:aws:s3:::photos/${aws:username}/*'");
        assertThat(current.judge(ALICE, "s3:GetObject", "arn:aws:s3:::photos/bob/a", context))
                .isEqualTo(Verdict.ALLOW);
        assertThat(judge(current, ALICE, "s3:GetObject", "photos//a")).isEqualTo(Verdict.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'*'                    |                                                    | true",
                "{'AWS':'111111111111'} |                                                    | false",
                "'*' | 'IpAddress':{'aws:SourceIp':'10.0.0.0/32'}                            | false",
                "'*' | 'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}                              | true",
                "'*' | 'StringEquals':{'aws:PrincipalAccount':'111111111111'}                | false",
                "'*' | 'StringLike':{'aws:PrincipalArn':'arn:*'}                             | true",
                "'*' | 'StringLike':{'s3:prefix':'public/'}                                  | true",
                "'*' | 'StringNotEquals':{'aws:PrincipalAccount':'111111111111'}             | true",
            })
    void whatCountsAsPublic(String principal, String condition, boolean open) {
        Policy policy = statement("'Effect':'Allow','Principal':" + principal
                + ",'Action':'s3:ListBucket','Resource':'arn:aws:s3:::photos'"
                + (condition == null ? "" : ",'Condition':{" + condition + "}"));
        assertThat(policy.isPublic()).isEqualTo(open);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{'Statement':[]}",
                "{'Statement':7}",
                "{'Statement':[7]}",
                "{'Version':'2026-01-01','Statement':[{S}]}",
                "{'Version':7,'Statement':[{S}]}",
                "{'Nonsense':1,'Statement':[{S}]}",
                "{'Statement':[{S,'Nonsense':1}]}",
                "{'Statement':[{S,'Sid':7}]}",
                "{'Statement':[{S,'Sid':'a'},{S,'Sid':'a'}]}",
                "{'Statement':[{S,'NotAction':'s3:GetObject'}]}",
                "{'Statement':[{S,'Condition':7}]}",
                "{'Statement':[{S,'Condition':{'StringEquals':7}}]}",
                "{'Statement':[{S,'Condition':{'Nonsense':{'s3:prefix':'a'}}}]}",
                "{'Statement':[{S,'Condition':{'NullIfExists':{'s3:prefix':'true'}}}]}",
                "{'Statement':[{S,'Condition':{'StringEquals':{'nonsense':'a'}}}]}",
                "{'Statement':[{S,'Condition':{'StringEquals':{'s3:prefix':{}}}}]}",
                "{'Statement':[{S,'Condition':{'NumericEquals':{'s3:max-keys':'many'}}}]}",
                "{'Statement':[{S,'Condition':{'IpAddress':{'aws:SourceIp':'example.org'}}}]}",
                "{'Statement':[{S,'Condition':{'DateEquals':{'aws:CurrentTime':'soon'}}}]}",
                "{'Statement':[{'Effect':'Maybe','Principal':'*','Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':['Allow'],'Principal':'*','Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'bob','Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':{'AWS':'bob'},'Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':{'AWS':[]},'Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':{'Who':'*'},'Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','NotPrincipal':{'AWS':'111111111111'},'Action':'s3:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:Nonsense','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'ec2:*','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':[],'Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::photos'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:ListBucket','Resource':'arn:aws:s3:::photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::other/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'photos/*'}]}",
                "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'s3:GetObject'}]}",
            })
    void badPoliciesAreRefused(String json) {
        String good = "'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':['arn:aws:s3:::photos/*']";
        assertThatThrownBy(() -> policy(json.replace("S,", good + ",").replace("{S}", "{" + good + "}")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error().code()).isEqualTo("MalformedPolicy"));
    }

    @Test
    void hugeAndDeepPoliciesAreRefused() {
        assertThatThrownBy(() -> policy("{'Statement':'" + "x".repeat(Policy.MAX_BYTES) + "'}"))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error().code()).isEqualTo("PolicyTooLarge"));
        assertThatThrownBy(() -> policy("{'Statement':" + "[".repeat(5000) + "]".repeat(5000) + "}"))
                .isInstanceOf(S3Exception.class);
        Policy stars =
                statement("'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::photos/"
                        + "*a".repeat(2000) + "'");
        assertThat(judge(stars, ALICE, "s3:GetObject", "photos/" + "a".repeat(1000)))
                .isEqualTo(Verdict.NONE);
    }
}
